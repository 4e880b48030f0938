"""Assembly of the code location, and nothing else.

`build_definitions` takes its parts as arguments, so that a test or a deployment elsewhere swaps them.
"""

from dagster import Definitions, in_process_executor

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.extraction.fetched import fetched_source
from cdp_pipeline.assets.factory import dagster_asset
from cdp_pipeline.assets.published.data_card import data_card
from cdp_pipeline.assets.published.expired_people import expired_people
from cdp_pipeline.assets.published.quality_pages import quality_pages
from cdp_pipeline.assets.published.tables import published_tables
from cdp_pipeline.config.project import Project, load_project
from cdp_pipeline.jobs import daily_job
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.lasting import keep_for_good
from cdp_pipeline.schedules import daily_schedule
from cdp_pipeline.sensors import landing_sensor, source_specs
from cdp_pipeline.settings import Settings, load_settings, prepare_environment


def build_definitions(project: Project, settings: Settings) -> Definitions:
    """All assets, the daily job, its schedule and its sensor."""
    catalogue = load_catalogue(project)
    job = daily_job(project.deployment)
    return Definitions(
        assets=[
            *(dagster_asset(table, catalogue, project, settings) for table in catalogue.values()),
            published_tables(catalogue, settings, project.consent.published.smallest_group),
            quality_pages(project, settings),
            data_card(catalogue, project, settings),
            expired_people(catalogue, project, settings),
            *(fetched_source(source, project, settings) for source in project.sources.values() if source.is_fetched),
            *source_specs(project),
        ],
        jobs=[job],
        schedules=[daily_schedule(job)],
        sensors=[landing_sensor(project, settings, job)],
        resources={"warehouse": warehouse_of(settings)},
        executor=in_process_executor,
    )


def _of_environment() -> Definitions:
    settings = load_settings()
    prepare_environment(settings)
    return build_definitions(load_project(settings.seeds), settings)


defs = _of_environment()
keep_for_good()
