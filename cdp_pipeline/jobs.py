"""Jobs: `daily`, which brings one day (or a range of days) up to date."""

from dagster import AssetSelection, define_asset_job
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from cdp_pipeline.config.deployment import Deployment
from cdp_pipeline.partitions import daily_partitions

DAILY = "daily"


def daily_job(deployment: Deployment) -> UnresolvedAssetJobDefinition:
    """Everything, from the landing files of a day to the partners' files."""
    return define_asset_job(
        DAILY,
        selection=AssetSelection.all(),
        partitions_def=daily_partitions(deployment),
        description="Raw, staging and unified tables of the day, identity, profiles, metrics, segments, deliveries.",
    )
