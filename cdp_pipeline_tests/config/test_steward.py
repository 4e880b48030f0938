from pathlib import Path

import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.steward import COLUMNS, Decision, contradictions, load_decisions


def _decisions(tmp_path: Path, *lines: str) -> Path:
    (tmp_path / "steward").mkdir()
    (tmp_path / "steward" / "decisions.csv").write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
    return tmp_path


def test_decisions_are_read(tmp_path: Path) -> None:
    seeds = _decisions(tmp_path, "must_link,a:1,b:2,ann,2026-01-01,same card")
    assert load_decisions(seeds)[0].record_id_r == "b:2"


def test_no_file_is_no_decision(tmp_path: Path) -> None:
    assert load_decisions(tmp_path) == []


def test_an_unknown_decision_names_line_and_choices(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"decisions\.csv:2: decision: 'maybe' is not one of"):
        load_decisions(_decisions(tmp_path, "maybe,a:1,b:2,ann,2026-01-01,x"))


def test_a_decision_that_a_chain_of_others_contradicts_is_found() -> None:
    first, second = Decision("must_link", "a", "b", 2), Decision("must_link", "b", "c", 3)
    other, apart = Decision("must_link", "d", "e", 4), Decision("cannot_link", "c", "a", 5)
    assert contradictions([first, second, other, apart]) == [(apart, [first, second])]


def test_decisions_that_agree_contradict_nothing() -> None:
    assert contradictions([Decision("must_link", "a", "b"), Decision("cannot_link", "b", "c")]) == []
