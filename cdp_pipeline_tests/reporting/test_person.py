import json
import shutil
import stat
from pathlib import Path

import pytest

from cdp_pipeline.config.project import Project
from cdp_pipeline.reporting.person import export_person
from cdp_pipeline.settings import Settings

ADRIAN = "adrian.keller@gmail.com"


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("person") / "home"))


def test_all_that_is_known_of_adrian_is_written(home: Path, project: Project, tmp_path: Path) -> None:
    path = tmp_path / "answers" / "adrian.json"
    rows = export_person(Settings(home, 1, "1GB"), project, ADRIAN, path)
    assert rows
    content = json.loads(path.read_text())
    tables = content["tables"]
    assert {name: len(found) for name, found in tables.items()} == rows
    assert len({row["source"] for row in tables["unified.person_records"]}) == 4
    assert {"staging.email_marketing__email_events", "staging.store_pos__receipts", "profile.timeline"} <= set(tables)
    assert {row["profile_id"] for row in tables["profile.timeline"]} == {content["profile_id"]}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_person_is_written_the_same(home: Path, project: Project, tmp_path: Path) -> None:
    settings = Settings(home, 2, "1GB")
    for name in ("one.json", "two.json"):
        export_person(settings, project, ADRIAN, tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_of_nobody_nothing_is_written(home: Path, project: Project, tmp_path: Path) -> None:
    assert export_person(Settings(home, 1, "1GB"), project, "nobody@x.fr", tmp_path / "nobody.json") is None
    assert not (tmp_path / "nobody.json").exists()
