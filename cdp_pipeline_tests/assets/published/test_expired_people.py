import shutil
from pathlib import Path

import duckdb
from dagster import materialize

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.published.expired_people import KEY, expired_people
from cdp_pipeline.config.project import load_project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
from cdp_pipeline.settings import Settings


def _profiles(home: Path) -> set[str]:
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        return {row[0] for row in connection.execute("select profile_id from profile.profiles").fetchall()}


def test_whoever_is_due_to_be_erased_goes_and_who_is_listed_stays(sample_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(sample_home, tmp_path / "home"))
    before = sorted(_profiles(home))
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb")) as connection:
        connection.execute(
            "update profile.retention_due set action = if(profile_id = $1, 'erase', 'list')", [before[0]]
        )
        connection.execute(
            "insert into profile.retention_due by name select $1 as profile_id, 'erase' as action "
            "where $1 not in (select profile_id from profile.retention_due)",
            [before[0]],
        )
    project = load_project(home / "seeds")
    settings = Settings(home, 2, "2GB")
    asset = expired_people(load_catalogue(project), project, settings)
    result = materialize([asset], resources={"warehouse": DuckDBWarehouse.of(settings)})
    (done,) = result.asset_materializations_for_node("privacy__expired_people")
    assert done.asset_key == KEY
    assert done.metadata["profiles erased"].value == 1
    assert done.metadata["left"].value == 0
    assert _profiles(home) == set(before[1:])
