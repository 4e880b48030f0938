"""The asset `published/quality_pages`: the quality of the day as static pages, after all checks."""

from dagster import AssetKey, AssetsDefinition, AssetSpec, MetadataValue
from dagster._core.definitions.metadata import RawMetadataValue

from cdp_pipeline.assets.factory import deployment_asset
from cdp_pipeline.checks.pages import write_pages
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.warehouse import Warehouse
from cdp_pipeline.settings import Settings

KEY = AssetKey(["published", "quality_pages"])


def quality_pages(project: Project, settings: Settings) -> AssetsDefinition:
    """The pages below data/published/quality/; a run that fails writes them too (`assets.factory`)."""
    spec = AssetSpec(
        KEY,
        deps=[AssetKey(["quality", name]) for name in ("check_results", "measures", "quarantine")],
        group_name="published",
        description="Static pages of the day's quality in data/published/quality/, with Great Expectations' Data Docs.",
        kinds={"html"},
    )

    def write(warehouse: Warehouse) -> dict[str, RawMetadataValue]:
        """Write the pages; the metadata links to them."""
        with warehouse.session() as session:
            day = write_pages(session, project, settings.quality_pages)
        index = settings.quality_pages / "index.html"
        return {"page": MetadataValue.url(index.as_uri()), "day": str(day)}

    return deployment_asset(spec, write)
