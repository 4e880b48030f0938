"""The review queue of the sample, out to the steward and back."""

import csv
import shutil
from pathlib import Path

import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.steward import load_decisions
from cdp_pipeline.reporting.review import take_decisions, write_review
from cdp_pipeline.settings import Settings


@pytest.fixture(scope="module")
def settings(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy: one process opens a file in one way only."""
    return Settings(Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("review") / "home")), 1, "1GB")


@pytest.fixture(scope="module")
def written(settings: Settings) -> list[Path]:
    return write_review(settings, settings.data / "review", 5)


def test_the_table_holds_the_first_cases_for_its_owner_only(written: list[Path]) -> None:
    with written[0].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in written)


def test_the_pages_hold_their_records_and_fetch_nothing(written: list[Path]) -> None:
    with written[0].open(newline="") as file:
        record = next(csv.DictReader(file))["record_id_l"]
    for path in written[1:]:
        text = path.read_text()
        assert record in text
        assert "fonts.g" not in text


def test_decided_rows_come_back_once(settings: Settings, written: list[Path], tmp_path: Path) -> None:
    with written[0].open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"decision": "cannot_link", "decided_by": "ann", "decided_on": "2026-11-16"}
    filled = tmp_path / "queue.csv"
    with filled.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert [take_decisions(settings, filled), take_decisions(settings, filled)] == [1, 0]
    (decision,) = load_decisions(settings.seeds)
    assert (decision.decision, decision.record_id_l) == ("cannot_link", rows[0]["record_id_l"])


def test_what_is_no_decision_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "queue.csv").write_text(
        "decision,record_id_l,record_id_r,decided_by,decided_on,reason\nyes,a,b,ann,,\n"
    )
    with pytest.raises(ConfigError, match=r"queue\.csv:2: decision: 'yes' is not one of"):
        take_decisions(settings, tmp_path / "queue.csv")
