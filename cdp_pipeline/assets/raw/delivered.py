"""`raw.<source>__<table>`: every delivered line, all columns text, with day, file and line number."""

import json
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.assets.sidecars import unified_sidecars
from cdp_pipeline.assets.table import Builder, TableAsset, TableRun
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.sidecar import Sidecar, SidecarColumn
from cdp_pipeline.config.sources import Source, Table
from cdp_pipeline.domain.expressions import column, text
from cdp_pipeline.domain.staging import LINE_DESCRIPTIONS, REJECT_DESCRIPTIONS
from cdp_pipeline.privacy.suppression import ErasedPeople
from cdp_pipeline.resources.landing import DeliveredFile
from cdp_pipeline.resources.scratch import scratch_folder

AS_CONFIGURED = Expectation(
    expectation="expect_columns_as_configured",
    severity="warn",
    dimension="consistency",
    sentence="The files have the configured columns: no new one, which raw alone keeps, and no optional one missing.",
)


def raw_table(name: str, source: Source, definition: Table) -> TableAsset:
    """The raw table of one delivered table; columns beyond the configured ones are kept after them."""
    columns = {
        column_name: SidecarColumn(
            type="VARCHAR", description=f"{column_name} as delivered", privacy=content.privacy_class
        )
        for column_name, content in definition.columns.items()
    }
    sidecar = Sidecar(
        description=f"{source.description or source.source}: lines of {name} as delivered",
        grain="a delivered line",
        key=("_extract_date", "_file", "_line"),
        partition="_extract_date",
        columns={**columns, **LINE_DESCRIPTIONS, **REJECT_DESCRIPTIONS},
    )
    reads = frozenset({"quality.extracts"})
    build = _builder(source.source, source.plain_name(name), definition)
    path = Path(f"seeds/sources/{source.source}.yml")
    return TableAsset("raw", name, path, sidecar, reads, build, checks=(AS_CONFIGURED,))


def _builder(source: str, plain: str, definition: Table) -> Builder:
    def build(run: TableRun) -> None:
        """Read every file of the run's days; days without a file become empty."""
        files = _inspected(run, source, plain, definition)
        extra = dict.fromkeys(c for file in files for c in file.columns if c not in definition.columns)
        missing = dict.fromkeys(c for c in definition.columns for file in files if c not in file.columns)
        types = {**run.table.sidecar.types, **dict.fromkeys(extra, "varchar")}
        run.extra_columns = bool(extra)
        readers = [
            run.landing.reader(definition, file, f"delivered_{number}", tuple(types))
            for number, file in enumerate(files)
        ]
        with scratch_folder(run.settings.data) as scratch:
            run.write(run.session.rows_of_files(readers, types, scratch))
        drift = [f"{what} {list(names)}" for what, names in (("new:", extra), ("missing:", missing)) if names]
        run.judge(AS_CONFIGURED, not drift, "; ".join(drift) or "all as configured")

    return build


def _inspected(run: TableRun, source: str, plain: str, definition: Table) -> list[DeliveredFile]:
    """The table's files of the run's days, as they were inspected; a day with another file now is inspected again.

    So it is in a backfill of this table alone. Raises ExtractError for a file that can't be used.
    """
    asked = (
        exp.select("extract_date", "file", "columns", "bytes")
        .from_("quality.extracts")
        .order_by("extract_date", "file")
    )
    mine = (
        exp.EQ(this=column("source"), expression=text(source)),
        exp.EQ(this=column("source_table"), expression=text(plain)),
        exp.In(this=column("extract_date"), query=exp.select("day").from_("run_days").subquery()),
    )
    found = run.session.rows(asked.where(*mine))
    files = [DeliveredFile(run.landing.path(name), day, tuple(json.loads(columns))) for day, name, columns, _ in found]
    sizes = [size for *_, size in found]
    others = {
        file.day
        for file, size in zip(files, sizes, strict=True)
        if not file.path.exists() or file.path.stat().st_size != size
    }
    erased = ErasedPeople(run.session, run.project, unified_sidecars(run.project), run.settings.data)
    for day in sorted(others):
        erased.keep_out(run.landing, run.table.name, run.project.sources[source], definition, day)
    again = [file for day in sorted(others) for file in run.landing.inspect(definition, day)]
    return [*(file for file in files if file.day not in others), *again]
