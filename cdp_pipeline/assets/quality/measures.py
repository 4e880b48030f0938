"""`quality.measures`: what tables looked like each day, and whether that is usual for them.

Every measured table records its own measures once it stands, and a check of it says what is unusual
(`checks.behaviour`). The asset comes after all of them and keeps what today's configuration measures.
"""

from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from cdp_pipeline.assets.sidecars import ROOT, packaged_sidecar
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.checks.behaviour import DELIVERED, MEASURES, USUAL, observe
from cdp_pipeline.checks.drift import AS_TRAINED, SCORED, drift
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import column, text
from cdp_pipeline.domain.measures import measures_select
from cdp_pipeline.sql.files import named_beside

OWN = {name.replace("__", "."): query for name, query in named_beside(__file__).items()}


def measured(project: Project) -> Mapping[str, exp.Query]:
    """The SELECT that measures a table, by `layer.table`."""
    delivered = {
        f"staging.{name}": measures_select(
            source.source, source.plain_name(name), definition, project.deployment.timezone
        )
        for name, source, definition in project.tables()
    }
    return delivered | OWN


def checks_of(name: str) -> tuple[Expectation, ...]:
    """What a measured table is checked for."""
    if name.startswith("staging."):
        return (USUAL, DELIVERED)
    return (USUAL, AS_TRAINED) if name == SCORED else (USUAL,)


def measuring(build: Callable[[TableRun], None], query: exp.Query) -> Callable[[TableRun], None]:
    """The builder of a table that measures what it has built."""

    def build_and_measure(run: TableRun) -> None:
        """Build the table, then keep its measures and say what is unusual."""
        build(run)
        sidecar = packaged_sidecar(ROOT / "quality" / "measures.yml")
        rules = run.project.quality
        name = run.table.full_name
        of_files = DELIVERED in checks_of(name)
        run.checks += observe(run.session, rules.behaviour, name, sidecar, query, of_files=of_files)
        if run.table.full_name == SCORED:
            run.checks.append(drift(run.session, rules.drift_limit))

    return build_and_measure


def reads(project: Project) -> Iterable[str]:
    """Every table that is measured."""
    return [*(f"staging.{name}" for name, _, _ in project.tables()), *OWN]


def build(run: TableRun) -> None:
    """Keep the measures of the run's days whose table is still there."""
    run.keep_where(exp.In(this=column("table_name"), expressions=[text(name) for name in reads(run.project)]))
    unusual = exp.select(exp.func("count_if", column("is_unusual"))).from_(MEASURES)
    run.metadata["unusual measures"] = int(run.session.rows(unusual)[0][0])
