"""`staging.parsed_values`: what only a library can parse, each distinct value once.

A daily run parses what it has not seen; staging tables join their columns to it.
"""

from collections.abc import Iterable

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.column_types import unparsed_selects
from cdp_pipeline.domain.expressions import no_rows
from cdp_pipeline.resources.parsing import parse_new
from cdp_pipeline.resources.warehouse import unaudited

NAME = "staging.parsed_values"


def reads(project: Project) -> Iterable[str]:
    """Raw tables that have a column to parse."""
    return (f"raw.{name}" for name, _, table in project.tables() if unparsed_selects(name, table, project.deployment))


def build(run: TableRun) -> None:
    """Parse the values that the table lacks, and add them."""
    types = run.table.sidecar.types
    if list(run.session.columns(NAME)) != list(types):
        run.session.replace_table(NAME, no_rows(types), unaudited)
    asked = [
        query
        for name, _, definition in run.project.tables()
        for query in unparsed_selects(name, definition, run.project.deployment)
    ]
    parsed = sum(parse_new(run.session, query, NAME) for query in asked)
    run.keep()
    run.metadata["values parsed by this run"] = parsed
