from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.sidecars import unified_sidecars
from cdp_pipeline.config.project import load_project
from cdp_pipeline.privacy.suppression import ErasedPeople
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline_tests.homes import REPOSITORY

DAY = date(2026, 11, 9)
KeepOut = Callable[[str, list[tuple[str, str]]], tuple[int, bytes, bytes]]


@pytest.fixture
def keep_out(session: DuckDBSession, seeds: Path, tmp_path: Path) -> KeepOut:
    """Hash the values of the erased; returns how many lines of the table went, its file before, and after."""

    def keep_out(name: str, erased: list[tuple[str, str]]) -> tuple[int, bytes, bytes]:
        lines = [f"E1,2026-11-01,{kind},{sha256(value.encode()).hexdigest()}\n" for kind, value in erased]
        requests = seeds / "privacy" / "erasure_requests.csv"
        requests.write_text("request_id,erased_on,kind,sha256\n" + "".join(lines))
        project = load_project(seeds)
        stage_run_days(session, (DAY,), project.deployment)
        source_name, _, plain = name.partition("__")
        source = project.sources[source_name]
        landing = LandingZone(tmp_path / "landing")
        (file,) = LandingZone(REPOSITORY / "data" / "sample").inspect(source.tables[plain], DAY)
        target = tmp_path / "landing" / file.path.relative_to(REPOSITORY / "data" / "sample")
        target.parent.mkdir(parents=True, exist_ok=True)
        before = file.path.read_bytes()
        target.write_bytes(before)
        people = ErasedPeople(session, project, unified_sidecars(project), tmp_path)
        return people.keep_out(landing, name, source, source.tables[plain], DAY), before, target.read_bytes()

    return keep_out


@pytest.mark.parametrize(
    "erased",
    [("email", "adrian.keller@gmail.com"), ("phone", "+33611223344")],
)
def test_a_line_that_tells_of_the_erased_is_emptied_and_no_other(keep_out: KeepOut, erased: tuple[str, str]) -> None:
    emptied, before, after = keep_out("web_shop__accounts", [erased])
    assert emptied == 1
    ((old, new),) = [pair for pair in zip(before.split(b"\n"), after.split(b"\n"), strict=True) if pair[0] != pair[1]]
    assert b"adrian" in old.lower()
    assert not new.strip()


def test_without_anybody_erased_no_file_is_touched(keep_out: KeepOut) -> None:
    emptied, before, after = keep_out("web_shop__accounts", [])
    assert (emptied, after) == (0, before)


def test_hashes_of_others_empty_nothing(keep_out: KeepOut) -> None:
    emptied, before, after = keep_out("web_shop__accounts", [("email", "nobody@example.org"), ("record", "x:1")])
    assert (emptied, after) == (0, before)
