"""Sensors: the landing zone, whose late and corrected extracts re-run their day."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from dagster import RunRequest, SensorDefinition, SensorEvaluationContext, SkipReason, sensor
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from cdp_pipeline.config.project import Project
from cdp_pipeline.settings import Settings

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def landing_sensor(project: Project, settings: Settings, job: UnresolvedAssetJobDefinition) -> SensorDefinition:
    """Requests a run of each day whose files are new or differ from those last seen."""

    @sensor(job=job, name="landing_zone", minimum_interval_seconds=60)
    def landing_zone(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
        """Compares each day's files (name, size, time) with the last tick's."""
        seen: dict[str, str] = json.loads(context.cursor or "{}")
        found = landing_days(settings.landing)
        first = project.deployment.first_day.isoformat()
        changed = sorted(day for day, state in found.items() if seen.get(day) != state and day >= first)
        if not changed:
            yield SkipReason("no extract arrived or changed")
        for day in changed:
            yield RunRequest(run_key=f"{day}:{found[day]}", partition_key=day)
        context.update_cursor(json.dumps(found))

    return landing_zone


def landing_days(landing: Path) -> dict[str, str]:
    """For each day with files a digest of their names, sizes and times."""
    days: dict[str, list[str]] = {}
    for path in sorted(p for p in landing.rglob("*") if p.is_file()):
        match = DAY.search(str(path.relative_to(landing)))
        if match:
            state = path.stat()
            days.setdefault(match.group(), []).append(f"{path}:{state.st_size}:{state.st_mtime_ns}")
    return {day: hashlib.sha256("\n".join(files).encode()).hexdigest()[:16] for day, files in days.items()}
