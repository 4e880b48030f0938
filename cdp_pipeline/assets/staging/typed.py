"""`staging.<source>__<table>`: typed, standardised; the current state of each key, or events by day."""

from pathlib import Path

from cdp_pipeline.assets.table import TableAsset
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Source, Table
from cdp_pipeline.domain.staging import staging_select, staging_sidecar


def staging_table(project: Project, name: str, source: Source, definition: Table) -> TableAsset:
    """The staging table of one delivered table."""
    query = staging_select(name, definition, project.deployment)
    path = Path(f"seeds/sources/{source.source}.yml")
    reads = frozenset({f"raw.{name}"})
    return TableAsset(
        "staging", name, path, staging_sidecar(name, definition), reads, lambda run: run.write(query), query
    )
