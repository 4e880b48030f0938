from dagster import AssetKey

from cdp_pipeline.assets.published.quality_pages import KEY, quality_pages
from cdp_pipeline.config.project import Project
from cdp_pipeline.settings import load_settings


def test_the_pages_wait_for_what_they_show(project: Project) -> None:
    asset = quality_pages(project, load_settings())
    asked = {AssetKey(["quality", name]) for name in ("check_results", "measures", "quarantine")}
    assert asset.asset_deps[KEY] == asked
