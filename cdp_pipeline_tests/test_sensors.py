import os
from pathlib import Path

import pytest
from dagster import DagsterInstance, build_sensor_context

from cdp_pipeline.config.project import Project, load_project
from cdp_pipeline.jobs import daily_job
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline.sensors import Seen, arrivals, landing_sensor, look, source_specs
from cdp_pipeline.settings import Settings

NOW = 1_700_000_000.0


class Landing:
    """A landing zone that is looked at again and again."""

    def __init__(self, root: Path, project: Project) -> None:
        self.root, self.project = root, project
        self.seen: Seen = {}

    def deliver(self, day: str, content: str, age: float = 3600, name: str = "orders.csv") -> None:
        path = self.root / "web_shop" / day / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.utime(path, (NOW - age, NOW - age))

    def look(self) -> list[str]:
        found = list(arrivals(self.project, self.root))
        self.seen, changed = look(found, self.seen, self.root, NOW)
        return [arrival.day for arrival in changed]


@pytest.fixture
def landing(tmp_path: Path, project: Project) -> Landing:
    return Landing(tmp_path, project)


def test_a_new_extract_is_noticed_once(landing: Landing) -> None:
    landing.deliver("2026-11-09", "a")
    assert landing.look() == ["2026-11-09"]
    assert landing.look() == []


def test_exactly_the_corrected_day_is_touched(landing: Landing) -> None:
    for day in ("2026-11-09", "2026-11-10"):
        landing.deliver(day, "a")
    assert landing.look() == ["2026-11-09", "2026-11-10"]
    landing.deliver("2026-11-09", "b", age=1800)
    assert landing.look() == ["2026-11-09"]


def test_the_same_content_delivered_again_changes_nothing(landing: Landing) -> None:
    landing.deliver("2026-11-09", "a")
    landing.look()
    landing.deliver("2026-11-09", "a", age=1800)
    assert landing.look() == []


def test_what_erasure_empties_is_no_new_content(landing: Landing, project: Project) -> None:
    zone, table = LandingZone(landing.root), project.sources["web_shop"].tables["orders"]
    landing.deliver("2026-11-09", "order_no\n1\n2\n3\n")
    path = landing.root / "web_shop" / "2026-11-09" / "orders.csv"
    landing.look()
    for line in (2, 3):
        zone.empty(path, table, [(line, line + 1)])
        os.utime(path, (NOW - 1000 + line, NOW - 1000 + line))
        assert landing.look() == []
    landing.deliver("2026-11-09", "order_no\n4\n", age=100)
    assert landing.look() == ["2026-11-09"]
    zone.empty(path, table, [(2, None)])
    landing.deliver("2026-11-10", "order_no\n1\n")
    zone.empty(path.parent.with_name("2026-11-10") / "orders.csv", table, [(2, None)])
    os.utime(path.parent.with_name("2026-11-10") / "orders.csv", (NOW - 500, NOW - 500))
    assert "2026-11-10" in landing.look(), "emptied before it was ever seen"


def test_a_file_still_being_written_is_waited_for(landing: Landing) -> None:
    landing.deliver("2026-11-09", "a", age=5)
    assert landing.look() == []
    landing.deliver("2026-11-09", "ab", age=4)
    assert landing.look() == [], "it has grown since"
    assert landing.look() == ["2026-11-09"], "its size and time stayed the same"


def test_a_done_marker_is_waited_for(seeds: Path, tmp_path: Path) -> None:
    path = seeds / "sources" / "web_shop.yml"
    marked = 'path: "web_shop/{date}/orders.csv", done_marker: "web_shop/{date}/_DONE"'
    path.write_text(path.read_text().replace('path: "web_shop/{date}/orders.csv"', marked))
    landing = Landing(tmp_path / "landing", load_project(seeds))
    landing.deliver("2026-11-09", "a")
    assert landing.look() == []
    landing.deliver("2026-11-09", "", name="_DONE")
    assert landing.look() == ["2026-11-09"]


def test_what_no_table_waits_for_and_days_before_the_first_are_no_arrivals(landing: Landing) -> None:
    landing.deliver("2026-11-09", "a", name="notes.txt")
    landing.deliver("1999-01-01", "a")
    assert landing.look() == []


def test_the_sensor_requests_the_day_and_reports_the_source(landing: Landing, project: Project, tmp_path: Path) -> None:
    landing = Landing(tmp_path / "data" / "landing", project)
    landing.deliver("2026-11-09", "a", age=NOW - 1)
    settings = Settings(home=tmp_path, threads=1, memory_limit="1GB")
    asked = landing_sensor(project, settings, daily_job(project.deployment))
    with DagsterInstance.ephemeral() as instance:
        found = asked(build_sensor_context(instance=instance))
    assert [request.partition_key for request in found.run_requests] == ["2026-11-09"]
    assert [event.asset_key.path for event in found.asset_events] == [["landing", "web_shop"]]


def test_a_source_is_overdue_after_its_own_time(project: Project) -> None:
    (spec,) = [spec for spec in source_specs(project) if spec.key.path[-1] == "web_shop"]
    assert spec.freshness_policy is not None
