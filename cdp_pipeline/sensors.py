"""Sensors: the landing zone, whose new, late and corrected extracts run their day.

A file counts by its content: delivered twice with another time it changes nothing. It counts once it
is whole: where its table names a done-marker, when that is there; else when its size and time have been
the same for a while.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dagster import (
    AssetKey,
    AssetMaterialization,
    AssetSpec,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)
from dagster._core.definitions.freshness import FreshnessPolicy
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.landing import LandingZone, digest
from cdp_pipeline.settings import Settings

QUIET_SECONDS = 60
"""A file that has not changed for so long is whole."""


@dataclass(frozen=True)
class Arrival:
    """A file in the landing zone: its source, its day, and whether its done-marker (if any) is there."""

    name: str
    source: str
    day: str
    size: int
    changed: int
    is_marked: bool


def source_specs(project: Project) -> list[AssetSpec]:
    """Every source as an external asset, fresh while its extracts arrive as often as they should."""
    return [
        AssetSpec(
            AssetKey(["landing", name]),
            deps=[AssetKey(["extraction", name])] if source.is_fetched else [],
            group_name="landing",
            description=f"{source.description or name} Owner: {source.owner or 'unknown'}.",
            kinds={"file"},
            freshness_policy=FreshnessPolicy.time_window(fail_window=source.overdue_after),
        )
        for name, source in project.sources.items()
    ]


def landing_sensor(project: Project, settings: Settings, job: UnresolvedAssetJobDefinition) -> SensorDefinition:
    """Requests a run of each day that files arrived for or changed, and reports the arrival of each source."""

    @sensor(job=job, name="landing_zone", minimum_interval_seconds=60)
    def landing_zone(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        """Compares the content of whole files with what earlier ticks saw."""
        found = list(arrivals(project, settings.landing))
        seen, changed = look(found, json.loads(context.cursor or "{}"), settings.landing, time.time())
        context.update_cursor(json.dumps(seen))
        days = sorted({arrival.day for arrival in changed})
        if not days:
            return SkipReason("no extract arrived or changed")
        states = {day: _state(seen, found, day) for day in days}
        return SensorResult(
            run_requests=[RunRequest(run_key=f"{day}:{states[day]}", partition_key=day) for day in days],
            asset_events=[
                AssetMaterialization(["landing", source], metadata={"files": count})
                for source, count in sorted(Counter(arrival.source for arrival in changed).items())
            ],
        )

    return landing_zone


def arrivals(project: Project, landing: Path) -> Iterator[Arrival]:
    """Files that a configured table waits for, of days that can be run; what runs fetch themselves is no arrival."""
    first, zone = project.deployment.first_day, LandingZone(landing)
    for _, source, table in project.tables():
        waits = table.extract.connector is None
        for day, paths in sorted(zone.days(table.extract).items()) if waits else ():
            marker = table.extract.done_marker
            is_marked = marker is None or (landing / marker.replace("{date}", day.isoformat())).exists()
            for path in paths if day >= first else ():
                state = path.stat()
                yield Arrival(
                    zone.name(path), source.source, day.isoformat(), state.st_size, state.st_mtime_ns, is_marked
                )


Seen = dict[str, list[str | int | None]]
"""File → size, time of change, digest of the content (none until it is whole)."""


def look(found: list[Arrival], before: Seen, landing: Path, now: float) -> tuple[Seen, list[Arrival]]:
    """What is known after this look, and the files whose content is new: erasure alone makes none new."""
    seen: Seen = {}
    changed, emptied = [], LandingZone(landing).emptied()
    for arrival in found:
        old = before.get(arrival.name)
        content = old[2] if old else None
        is_same = old is not None and old[:2] == [arrival.size, arrival.changed]
        is_whole = arrival.is_marked and (is_same or now - arrival.changed / 1e9 > QUIET_SECONDS)
        if is_whole and not (is_same and content):
            new = digest(landing / arrival.name)
            *earlier, last = emptied.get(arrival.name, [None])
            if new != content and not (new == last and content in earlier):
                changed.append(arrival)
            content = new
        seen[arrival.name] = [arrival.size, arrival.changed, content]
    return seen, changed


def _state(seen: Seen, found: list[Arrival], day: str) -> str:
    """A digest of the day's files, their contents and times: a content that comes back is a change as well."""
    files = sorted(
        f"{arrival.name}:{arrival.changed}:{seen[arrival.name][2]}" for arrival in found if arrival.day == day
    )
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
