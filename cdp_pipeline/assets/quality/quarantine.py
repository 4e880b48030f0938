"""`quality.quarantine`: lines refused and values set to null, with reason and remedy.

Every staging table records here what it refuses, before it writes a row of its own, so that a refused
day still says why. The asset comes after all of them and keeps what today's configuration knows.
"""

from collections.abc import Iterable

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import column, literal, table, text
from cdp_pipeline.resources.warehouse import unaudited

NAME = "quality.quarantine"


def record(run: TableRun, source: str, source_table: str, problems: exp.Query) -> None:
    """Put the problems of one delivered table in the place of those of the same days (columns as the sidecar's)."""
    mine = [
        exp.EQ(this=column("source"), expression=text(source)),
        exp.EQ(this=column("source_table"), expression=text(source_table)),
        exp.Between(this=column("extract_date"), low=literal(run.days[0]), high=literal(run.days[-1])),
    ]
    stands = bool(run.session.columns(NAME))
    listed = stands and bool(run.session.rows(exp.select("1").from_(table(NAME)).where(*mine).limit(1)))
    run.session.stage("problems", problems)
    found = run.session.rows(exp.select(exp.func("count", exp.Star())).from_("problems"))[0][0]
    if found or listed or not stands:
        run.session.replace_slice(NAME, exp.select("*").from_("problems"), exp.and_(*mine), unaudited)


def reads(project: Project) -> Iterable[str]:
    """Every staging table."""
    return (f"staging.{name}" for name, _, _ in project.tables())


def build(run: TableRun) -> None:
    """Keep the entries of the run's days whose source is still configured; the rest is of sources that went."""
    known = [
        exp.Tuple(expressions=[text(source.source), text(source.plain_name(name))])
        for name, source, _ in run.project.tables()
    ]
    named = exp.Tuple(expressions=[column("source"), column("source_table")])
    run.keep_where(exp.In(this=named, expressions=known))
