"""Small timelines that metrics are made of."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cdp_pipeline.assets.metrics import journey_inputs
from cdp_pipeline.assets.metrics.journey_inputs import stage_journeys
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse

METRICS = Path(journey_inputs.__file__).parent
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


def staged_journeys(session: DuckDBSession, project: Project, *touches: tuple[Any, ...], **asked: Any) -> DuckDBSession:
    """The journeys of these touches, with the sample's parameters but for those given."""
    stage_timeline(session, touches)
    by_campaign = asked.pop("by_campaign", False)
    stage_journeys(session, project.metrics.journeys.model_copy(update=asked), by_campaign=by_campaign)
    return session
