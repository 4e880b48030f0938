"""Days: the partitions of the daily tables, and the days that a run brings up to date."""

from collections.abc import Mapping
from datetime import date, timedelta

from dagster import DailyPartitionsDefinition

from cdp_pipeline.config.deployment import Deployment

PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
DESTINATIONS_TAG, RESYNC_TAG = "cdp/destinations", "cdp/resync"
"""Of a run that delivers: the destinations asked for, separated by spaces, and whether the whole audience goes out."""


def daily_partitions(deployment: Deployment) -> DailyPartitionsDefinition:
    """One partition a day of the deployment's time zone, from its first day to yesterday."""
    return DailyPartitionsDefinition(start_date=deployment.first_day.isoformat(), timezone=deployment.timezone)


def run_days(tags: Mapping[str, str]) -> tuple[date, ...]:
    """Days of a run by its tags, in order; none for a run without a partition."""
    first = tags.get(PARTITION_TAG) or tags.get(RANGE_START_TAG)
    last = tags.get(PARTITION_TAG) or tags.get(RANGE_END_TAG)
    if first is None or last is None:
        return ()
    return days_between(date.fromisoformat(first), date.fromisoformat(last))


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Every day from the first to the last, both included."""
    return tuple(first + timedelta(days=offset) for offset in range((last - first).days + 1))
