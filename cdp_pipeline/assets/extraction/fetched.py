"""The assets `extraction/<source>`: fetching a source's days into the landing zone.

A source that can't be reached fails its check and leaves what landed before; the other sources, and
the day, go on without it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    MaterializeResult,
    multi_asset,
)

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Source
from cdp_pipeline.partitions import daily_partitions, run_days
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline.resources.scratch import scratch_folder
from cdp_pipeline.settings import Settings

CHECK = "expect_days_to_be_fetched"


def fetched_source(source: Source, project: Project, settings: Settings) -> AssetsDefinition:
    """Fetches every table of the source that has a connector, a file a table and day."""
    key = AssetKey(["extraction", source.source])
    kinds = {table.extract.connector.kind for table in source.tables.values() if table.extract.connector}
    spec = AssetSpec(
        key,
        group_name="landing",
        description=f"Fetches {source.source} from its {' and '.join(sorted(kinds))} into the landing zone.",
        kinds={"dlt", "parquet"},
        partitions_def=daily_partitions(project.deployment),
    )
    check = AssetCheckSpec(CHECK, asset=key, description="Every table of the day can be fetched.")

    @multi_asset(
        name=f"extraction__{source.source}",
        specs=[spec],
        check_specs=[check],
        backfill_policy=BackfillPolicy.single_run(),
        can_subset=False,
    )
    def materialise(context: AssetExecutionContext) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
        """Fetch the run's days; yields the check with what failed, and the number of files and rows."""
        files, rows, failures = _fetch_days(source, project, settings, run_days(context.run.tags))
        if files:
            context.log_event(AssetMaterialization(["landing", source.source], metadata={"files": files}))
        yield AssetCheckResult(
            asset_key=key,
            check_name=CHECK,
            passed=not failures,
            severity=AssetCheckSeverity.ERROR,
            description="; ".join(failures) or "Every table of the day was fetched.",
        )
        yield MaterializeResult(asset_key=key, metadata={"files": files, "rows": rows, "failures": len(failures)})

    return materialise


def _fetch_days(
    source: Source, project: Project, settings: Settings, days: tuple[date, ...]
) -> tuple[int, int, list[str]]:
    """Files landed, rows where they are known, and what failed."""
    from cdp_pipeline.resources.connectors import fetch  # only sources with connectors load dlt and drivers
    from cdp_pipeline.resources.connectors.failures import FetchFailed

    zone, landing = project.deployment.zone, LandingZone(settings.landing)
    newest = datetime.now(zone).date() - timedelta(days=1)
    files, rows, failures = 0, 0, []
    for name, table in sorted(source.tables.items()):
        for day in days:
            try:
                with scratch_folder(settings.data) as scratch:
                    fetched = fetch(table, day, newest, zone, landing, scratch)
            except FetchFailed as failure:
                failures.append(f"{source.source}.{name} of {day}: {failure}")
                break  # the window of a later day begins where this one's ends
            if fetched is not None:
                files, rows = files + len(fetched.files), rows + (fetched.rows or 0)
    return files, rows, failures
