"""Snapshot of the definitions: a renamed asset, group, job or schedule breaks it."""

import json
from pathlib import Path

import pytest
from dagster import AssetKey, Definitions

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import LAYERS
from cdp_pipeline.definitions import build_definitions
from cdp_pipeline.settings import load_settings

SNAPSHOT = Path(__file__).parent / "cases" / "definitions.json"


@pytest.fixture(scope="module")
def definitions(project: Project) -> Definitions:
    return build_definitions(project, load_settings())


def _described(definitions: Definitions) -> dict[str, object]:
    graph = definitions.resolve_asset_graph()
    return {
        "assets": {
            key.to_user_string(): {
                "group": graph.get(key).group_name,
                "reads": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
                "daily": graph.get(key).partitions_def is not None,
                "checks": sorted(check.name for check in graph.get(key).check_keys),
            }
            for key in sorted(graph.get_all_asset_keys())
        },
        "jobs": sorted(job.name for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")),
        "schedules": [definitions.resolve_schedule_def("daily_at_05").name],
    }


def test_definitions_are_as_the_snapshot_says(definitions: Definitions) -> None:
    assert _described(definitions) == json.loads(SNAPSHOT.read_text())


def test_every_dependency_is_one_of_our_assets_or_a_source(definitions: Definitions, project: Project) -> None:
    graph = definitions.resolve_asset_graph()
    sources = {AssetKey(["landing", name]) for name in project.sources}
    assert graph.get_all_asset_keys() == set(graph.materializable_asset_keys) | sources


def test_every_check_is_on_one_of_our_assets(definitions: Definitions, project: Project) -> None:
    graph = definitions.resolve_asset_graph()
    keys = {key.to_user_string().replace("/", ".") for key in graph.get_all_asset_keys()}
    assert set(project.suites) <= keys


def test_groups_are_the_layers(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert groups == {"landing", *LAYERS, "published"}


def test_every_asset_waits_for_the_warehouse(definitions: Definitions) -> None:
    pools = {assets.op.pool for assets in definitions.assets or [] if hasattr(assets, "op")}
    assert pools == {"warehouse"}


def test_the_schedule_runs_the_daily_job_at_five(definitions: Definitions) -> None:
    schedule = definitions.resolve_schedule_def("daily_at_05")
    assert schedule.cron_schedule == "0 5 * * *"
    assert schedule.execution_timezone == "Europe/Paris"
    assert schedule.job_name == "daily"


def test_a_table_stands_in_a_group_named_like_its_layer(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert graph.get(AssetKey(["identity", "identity_map"])).group_name == "identity"


if __name__ == "__main__":
    from cdp_pipeline.config.project import load_project

    settings = load_settings()
    found = _described(build_definitions(load_project(settings.seeds), settings))
    SNAPSHOT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
