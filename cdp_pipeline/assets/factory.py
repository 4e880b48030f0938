"""From a `TableAsset` to a Dagster asset: one shape for all tables.

What belongs here: keys, groups, pool, partitions, checks and the metadata of a materialisation. What
does not: how any table is built.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    Failure,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    TableColumn,
    TableSchema,
    multi_asset,
)
from dagster._core.definitions.metadata import RawMetadataValue
from sqlglot import exp

from cdp_pipeline.assets.quality.check_results import record
from cdp_pipeline.assets.table import AuditFailed, TableAsset, TableRun, stage_days
from cdp_pipeline.checks.pages import page_of, write_pages
from cdp_pipeline.checks.suites import CheckResult
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.deployment import Deployment
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, named, sql_of, text
from cdp_pipeline.domain.expressions import table as table_ref
from cdp_pipeline.domain.masking import without_values
from cdp_pipeline.partitions import DESTINATIONS_TAG, RESYNC_TAG, daily_partitions, days_between, run_days
from cdp_pipeline.resources.engines import engine_of, is_of_engine
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.warehouse import Session, Warehouse, WarehouseError
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import Schema, column_lineage

POOL = "warehouse"
OF_THEIR_DAY = ("raw",)
"""Layers whose days stand for themselves; of the others a corrected day changes the later ones too."""
INSPECTION = "quality.extracts"
NEWEST_EXTRACT = exp.select("max(extract_date)").from_(INSPECTION)
EXPECTED = (AuditFailed, ConfigError, ExtractError, WarehouseError)
"""Failures that a message explains: no stack trace is shown for them."""


def dagster_asset(
    table: TableAsset, catalogue: Mapping[str, TableAsset], project: Project, settings: Settings
) -> AssetsDefinition:
    """The asset `[layer, table]` with the checks of its suite."""
    key = AssetKey([table.layer, table.name])
    daily = daily_partitions(project.deployment) if table.sidecar.partition else None
    spec = AssetSpec(
        key,
        deps=_upstream(table, project),
        group_name=table.sidecar.group or table.layer,
        description=f"{table.sidecar.description}\n\nGrain: {table.sidecar.grain}.\n\nDefined in `{_place(table, settings)}`.",
        kinds={"sql" if table.query is not None else "python", engine_of(settings, project.deployment)},
        partitions_def=daily,
        metadata={"dagster/column_schema": column_schema(table.sidecar)},
    )

    @multi_asset(
        name=f"{table.layer}__{table.name}",
        specs=[spec],
        check_specs=_check_specs(table, project, key),
        pool=POOL,
        backfill_policy=BackfillPolicy.single_run() if daily else None,
        can_subset=False,
    )
    def materialise(
        context: AssetExecutionContext, warehouse: ResourceParam[Warehouse]
    ) -> Iterator[MaterializeResult[Any] | AssetCheckResult]:
        """Build the table for the run's days; yields its checks, then its metadata, or fails with the reason."""
        started = time.monotonic()
        with warehouse.session() as session:
            asked = days = run_days(context.run.tags) or _newest_day(session, project.deployment)
            if table.layer not in OF_THEIR_DAY and table.full_name != INSPECTION:
                days = _with_later_days(session, table, days)
            stage_run_days(session, days, project.deployment)
            destinations = tuple(context.run.tags.get(DESTINATIONS_TAG, "").split())
            is_resync = RESYNC_TAG in context.run.tags
            run = TableRun(table, session, project, settings, days, context.run_id, asked, destinations, is_resync)
            failure = _built(run)
            newest = days[-1] if table.layer in OF_THEIR_DAY else _newest_extract(session)
            record(run, max(days[-1], newest or days[-1]), failure)
        yield from (_dagster_check(key, check, _page(check, table, project, settings)) for check in run.checks)
        if failure is not None:
            _tell(context, warehouse, project, settings)
            raise Failure(description=str(failure), allow_retries=False) from None
        yield MaterializeResult(asset_key=key, metadata=_metadata(run, catalogue, time.monotonic() - started))

    return materialise


def deployment_asset(spec: AssetSpec, act: Callable[[Warehouse], dict[str, RawMetadataValue]]) -> AssetsDefinition:
    """An asset that works on the deployment as a whole and is no table; `act` returns its metadata."""

    @multi_asset(name="__".join(spec.key.path), specs=[spec], pool=POOL, can_subset=False)
    def materialise(context: AssetExecutionContext, warehouse: ResourceParam[Warehouse]) -> MaterializeResult[None]:
        """Act; the metadata says what came of it."""
        return MaterializeResult(asset_key=spec.key, metadata=act(warehouse))

    return materialise


def _upstream(table: TableAsset, project: Project) -> list[AssetKey]:
    """What the table reads; the sources and their fetching come before the inspection of their files.

    A table of `seeds/` alone waits for the inspection too: unusable extracts let no table change.
    """
    if table.full_name != INSPECTION:
        return [AssetKey(name.split(".")) for name in sorted(table.reads or {INSPECTION})]
    fetched = [name for name, source in project.sources.items() if source.is_fetched]
    return [AssetKey(["landing", name]) for name in project.sources] + [AssetKey(["extraction", n]) for n in fetched]


def stage_run_days(session: Session, days: tuple[date, ...], deployment: Deployment) -> None:
    """`run_days`: a row a day of the run; `deployment`: one row of its time zone, currency and country."""
    stage_days(session, days)
    settings = {"timezone": deployment.timezone, "currency": deployment.currency, "country": deployment.default_country}
    session.stage("deployment", exp.select(*(named(text(value), name) for name, value in settings.items())))


def _with_later_days(session: Session, table: TableAsset, days: tuple[date, ...]) -> tuple[date, ...]:
    """The run's days and every later one that has been run: what is corrected in the past counts from then on."""
    last = max(days[-1], _newest_extract(session) or days[-1])
    if table.sidecar.partition and session.columns(table.full_name):
        newest = exp.select(exp.Max(this=column(table.sidecar.partition))).from_(table_ref(table.full_name))
        last = max(last, session.rows(newest)[0][0] or last)
    return days_between(days[0], last)


def _newest_day(session: Session, deployment: Deployment) -> tuple[date, ...]:
    """A run without a day (an unpartitioned table in a backfill of assets) works as of the newest extract."""
    return (_newest_extract(session) or datetime.now(deployment.zone).date() - timedelta(days=1),)


def _newest_extract(session: Session) -> date | None:
    """The newest day of which a file was inspected; none before the first run."""
    newest: date | None = session.rows(NEWEST_EXTRACT)[0][0] if session.columns(INSPECTION) else None
    return newest


def column_schema(sidecar: Sidecar) -> TableSchema:
    """Dagster's column schema, with privacy classes as tags."""
    return TableSchema(
        columns=[
            TableColumn(name, type=content.type, description=content.description, tags={"privacy": content.privacy})
            for name, content in sidecar.columns.items()
        ]
    )


def _built(run: TableRun) -> Exception | None:
    try:
        run.table.build(run)
    except EXPECTED as failure:
        return failure
    except Exception as error:
        if not is_of_engine(error):
            raise
        return WarehouseError(f"{run.table.path}: the engine refuses it: {without_values(str(error))}")
    return None


def _tell(context: AssetExecutionContext, warehouse: Warehouse, project: Project, settings: Settings) -> None:
    """Write the pages of a day that stops here; whatever keeps them from being written must not hide why it did."""
    try:
        with warehouse.session() as session:
            write_pages(session, project, settings.quality_pages)
    except Exception as error:  # noqa: BLE001 - the failure that is told matters more
        context.log.warning(f"the quality pages were not written ({type(error).__name__})")


def _place(table: TableAsset, settings: Settings) -> str:
    parts = table.path.parts
    return "/".join(parts[parts.index("cdp_pipeline") :]) if "cdp_pipeline" in parts else str(table.path)


def _check_specs(table: TableAsset, project: Project, key: AssetKey) -> list[AssetCheckSpec]:
    """The suite's expectations stop what is downstream; a table's own checks say what it did instead."""
    suite = project.suites.get(table.full_name)
    in_suite = suite.expectations if suite else ()
    return [
        AssetCheckSpec(
            expectation.name,
            asset=key,
            description=f"{expectation.sentence} ({expectation.dimension}, {expectation.severity})",
            blocking=expectation.severity == "block" and expectation in in_suite,
        )
        for expectation in (*in_suite, *table.checks)
    ]


def _page(check: CheckResult, table: TableAsset, project: Project, settings: Settings) -> Path:
    """The table's page tells of its suite; of the checks that a table makes itself the page of the day."""
    suite = project.suites.get(table.full_name)
    is_told = suite is not None and check.expectation in suite.expectations
    return page_of(settings.quality_pages, table.full_name) if is_told else settings.quality_pages / "index.html"


def _dagster_check(key: AssetKey, check: CheckResult, page: Path) -> AssetCheckResult:
    metadata: dict[str, Any] = {
        "observed": check.observed,
        "dimension": check.expectation.dimension,
        "page": MetadataValue.url(page.as_uri()),
    }
    if check.unexpected_count is not None:
        metadata["unexpected rows"] = check.unexpected_count
    if check.share is not None:
        metadata["share failing"] = round(check.share, 6)
    if check.sample is not None:
        metadata["sample, masked"] = MetadataValue.json(json.loads(check.sample))
    if check.query is not None:
        metadata["query of failing rows"] = MetadataValue.md(f"```sql\n{check.query}\n```")
    if check.error is not None:
        metadata["error"] = check.error
    return AssetCheckResult(
        asset_key=key,
        check_name=check.expectation.name,
        passed=check.passed or check.expectation.severity == "info",
        severity=AssetCheckSeverity.ERROR if check.expectation.severity == "block" else AssetCheckSeverity.WARN,
        description=check.expectation.sentence
        if check.passed
        else f"{check.expectation.sentence} Found: {check.observed}",
        metadata=metadata,
    )


def _metadata(run: TableRun, catalogue: Mapping[str, TableAsset], seconds: float) -> dict[str, RawMetadataValue]:
    metadata: dict[str, RawMetadataValue] = {
        "dagster/row_count": run.rows,
        "dagster/column_schema": column_schema(run.table.sidecar),
        "seconds": round(seconds, 3),
        "days": f"{run.days[0]} to {run.days[-1]}",
        **run.metadata,
    }
    if run.query is not None:
        metadata["sql"] = MetadataValue.md(f"```sql\n{sql_of(run.query)}\n```")
        metadata["column lineage"] = MetadataValue.md(lineage_table(run.table, catalogue))
    return metadata


def lineage_table(table: TableAsset, catalogue: Mapping[str, TableAsset]) -> str:
    """Column lineage as a Markdown table with links to the assets it comes from."""
    if table.query is None:
        reads = ", ".join(_link(name) for name in sorted(table.reads))
        return f"Built in Python from {reads or 'the landing zone'}."
    schema: Schema = {}
    for name in table.reads:
        layer, _, plain = name.partition(".")
        schema.setdefault(layer, {})[plain] = catalogue[name].sidecar.types
    origins = {name.lower(): found for name, found in column_lineage(table.query, schema).items()}
    rows = [
        f"| {column} | {', '.join(_origin(catalogue, *pair) for pair in origins.get(column.lower(), ())) or 'a constant'} |"
        for column in table.sidecar.columns
    ]
    return "\n".join(["| Column | Comes from |", "| --- | --- |", *rows])


def _origin(catalogue: Mapping[str, TableAsset], name: str, column: str) -> str:
    """Link to the table, with the column as its sidecar spells it (the parser folds case)."""
    spelt = next((known for known in catalogue[name].sidecar.columns if known.lower() == column.lower()), column)
    return f"{_link(name)}.{spelt}"


def _link(name: str) -> str:
    return f"[{name}](/assets/{name.replace('.', '/')})"
