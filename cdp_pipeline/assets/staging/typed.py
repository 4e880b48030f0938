"""`staging.<source>__<table>`: typed, standardised; the current state of each key, or events by day.

Each line is typed once: the rows and what is listed in `quality.quarantine` come from the same pass.
"""

from pathlib import Path

from cdp_pipeline.assets.quality.quarantine import record
from cdp_pipeline.assets.table import Builder, TableAsset, TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Source, Table
from cdp_pipeline.domain.staging import TYPED, quarantine_select, staging_select, staging_sidecar, typed_select


def staging_table(project: Project, name: str, source: Source, definition: Table) -> TableAsset:
    """The staging table of one delivered table."""
    rows = staging_select(name, definition)
    query = rows.with_(TYPED, typed_select(name, definition, project.deployment))
    path = Path(f"seeds/sources/{source.source}.yml")
    reads = frozenset({f"raw.{name}"})
    build = _builder(project, name, source, definition)
    return TableAsset("staging", name, path, staging_sidecar(name, definition), reads, build, query)


def _builder(project: Project, name: str, source: Source, definition: Table) -> Builder:
    plain = name.removeprefix(f"{source.source}__")

    def build(run: TableRun) -> None:
        """Type the lines, list their faults, then write the rows."""
        run.session.stage(TYPED, typed_select(name, definition, project.deployment))
        record(run, source.source, plain, quarantine_select(name, source.source, plain, definition))
        run.write(staging_select(name, definition))
        run.query = run.table.query

    return build
