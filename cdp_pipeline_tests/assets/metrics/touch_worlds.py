"""Small timelines that metrics are made of."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cdp_pipeline.assets.metrics import journeys
from cdp_pipeline.assets.sidecars import packaged_sidecar
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse

METRICS = Path(journeys.__file__).parent
COLUMNS = {
    "profile_id": "varchar",
    "occurred_at": "timestamp",
    "channel": "varchar",
    "event": "varchar",
    "category": "varchar",
    "campaign_id": "varchar",
    "amount": "decimal(18, 2)",
}


def stage_timeline(session: DuckDBSession, touches: Iterable[tuple[Any, ...]]) -> None:
    """`profile.timeline` of touches (profile_id, occurred_at, channel, event, and what else of `COLUMNS` they have)."""
    rows = [(f"t{place}", *touch, *[None] * (len(COLUMNS) - len(touch))) for place, touch in enumerate(touches)]
    session.stage_rows("given", {"touch_id": "varchar", **COLUMNS}, rows)
    timeline = (
        "select *, cast(occurred_at as date) as occurred_on, 'x' as object_id, null::varchar as device from given"
    )
    session.replace_table("profile.timeline", parse(timeline), unaudited)


def with_journeys(session: DuckDBSession, project: Project, *touches: tuple[Any, ...], **asked: Any) -> Project:
    """`metrics.journeys` of these touches, by the sample's parameters but for those given; returns the project that has them."""
    stage_timeline(session, touches)
    parameters = project.metrics.journeys.model_copy(update=asked)
    project = replace(project, metrics=project.metrics.model_copy(update={"journeys": parameters}))
    session.replace_table(
        "metrics.journeys", journeys.select(project, packaged_sidecar(METRICS / "journeys.yml")), unaudited
    )
    return project
