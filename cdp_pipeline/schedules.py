"""Schedules: the daily run."""

from dagster import ScheduleDefinition, build_schedule_from_partitioned_job
from dagster._core.definitions.partitions.partitioned_schedule import (
    UnresolvedPartitionedAssetScheduleDefinition,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

HOUR = 5


def daily_schedule(
    job: UnresolvedAssetJobDefinition,
) -> UnresolvedPartitionedAssetScheduleDefinition | ScheduleDefinition:
    """Every day at 05:00 in the deployment's time zone, for the day before and the extracts of the morning."""
    return build_schedule_from_partitioned_job(job, name="daily_at_05", hour_of_day=HOUR)
