import os
from pathlib import Path

from cdp_pipeline.sensors import landing_days


def _deliver(landing: Path, day: str, content: str, at: int) -> None:
    path = landing / "crm" / day / "contacts.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, (at, at))


def test_each_day_with_files_has_a_state(tmp_path: Path) -> None:
    _deliver(tmp_path, "2026-11-09", "a", 1)
    _deliver(tmp_path, "2026-11-10", "a", 1)
    assert sorted(landing_days(tmp_path)) == ["2026-11-09", "2026-11-10"]


def test_a_corrected_extract_changes_its_day_alone(tmp_path: Path) -> None:
    _deliver(tmp_path, "2026-11-09", "a", 1)
    _deliver(tmp_path, "2026-11-10", "a", 1)
    before = landing_days(tmp_path)
    _deliver(tmp_path, "2026-11-10", "ab", 2)
    after = landing_days(tmp_path)
    assert before["2026-11-09"] == after["2026-11-09"]
    assert before["2026-11-10"] != after["2026-11-10"]


def test_a_folder_without_a_day_in_its_name_is_no_delivery(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert landing_days(tmp_path) == {}
