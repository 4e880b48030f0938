"""`staging.parsed_values`: what only a library can parse, each distinct value once.

A daily run parses what it has not seen; staging tables join their columns to it.
"""

from collections.abc import Iterable

import pyarrow as pa
from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.column_types import unparsed_selects
from cdp_pipeline.domain.expressions import column, literal, named, no_rows, table
from cdp_pipeline.domain.standardisation import parse_email, parse_phone

NAME = "staging.parsed_values"
BATCH = 100_000


def reads(project: Project) -> Iterable[str]:
    """Raw tables that have a column to parse."""
    return (f"raw.{name}" for name, _, table in project.tables() if unparsed_selects(name, table, project.deployment))


def build(run: TableRun) -> None:
    """Parse the values that the table lacks, and add them."""
    if not run.session.columns(NAME):
        run.write(no_rows({name: content.type for name, content in run.table.sidecar.columns.items()}))
    asked = [
        query
        for name, _, definition in run.project.tables()
        for query in unparsed_selects(name, definition, run.project.deployment)
    ]
    parsed = sum(_parse_new(run, query) for query in asked)
    run.rows = run.session.rows(exp.select("count(*)").from_(table(NAME)))[0][0]
    run.metadata["values parsed by this run"] = parsed


def _parse_new(run: TableRun, query: exp.Select) -> int:
    known = exp.select("1").from_(exp.alias_(table(NAME), "known", table=True))
    same = [
        exp.EQ(this=column(part, "known"), expression=column(part, "asked")) for part in ("kind", "value", "region")
    ]
    new = exp.select("*").from_(query.subquery("asked")).where(exp.Exists(this=known.where(*same)).not_())
    numbered = exp.select("*", named(exp.Window(this=exp.func("row_number")), "_no"))
    run.session.stage("unparsed", numbered.from_(new.subquery("new")))
    total = int(run.session.rows(exp.select("count(*)").from_("unparsed"))[0][0])
    for start in range(0, total, BATCH):
        within = exp.Between(this=column("_no"), low=literal(start + 1), high=literal(start + BATCH))
        batch = run.session.arrays(exp.select("kind", "value", "region").from_("unparsed").where(within))
        content = {name: pa.array(batch[name], pa.string()) for name in ("kind", "value", "region")}
        forms = [_parse(*row) for row in zip(batch["kind"], batch["value"], batch["region"], strict=True)]
        run.session.stage_arrow("parsed", pa.table({**content, "parsed": pa.array(forms, pa.string())}))
        run.session.append(NAME, exp.select("*").from_("parsed"))
    return total


def _parse(kind: str, value: str, region: str) -> str | None:
    return parse_phone(value, region) if kind == "phone" else parse_email(value)
