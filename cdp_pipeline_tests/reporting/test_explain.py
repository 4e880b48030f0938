"""Explanations of the sample: a person of several systems, two people, two records that a decision parts."""

import io
import shutil
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from cdp_pipeline.config.project import load_project
from cdp_pipeline.domain.guards import CONDITIONS
from cdp_pipeline.reporting.explain import SAYS, explain, write_html
from cdp_pipeline.settings import Settings
from cdp_pipeline_tests.homes import cdp

ADRIAN = ("sales_crm.contacts:c900001", "web_shop.accounts:a900001", "store_pos.members:l900001")


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: one process opens a file in one way only."""
    return Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("explain") / "home"))


def _explained(home: Path, *asked: str) -> str:
    printed = io.StringIO()
    settings = Settings(home, 1, "1GB")
    assert explain(settings, load_project(settings.seeds), list(asked), Console(file=printed, width=220))
    return printed.getvalue()


def _one(home: Path, sql: str) -> tuple[str, ...]:
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        return tuple(str(value) for value in connection.execute(sql).fetchall()[0])


def test_a_profile_shows_what_holds_it_together_and_what_would_split_it(home: Path) -> None:
    text = _explained(home, ADRIAN[1])
    assert all(name in text for name in ADRIAN)
    assert "same email adriankeller@gmail.com" in text
    assert "Weakest link: " in text
    assert "cannot_link" in text


def test_an_address_leads_to_its_profile(home: Path) -> None:
    assert _explained(home, "Adrian.Keller@gmail.com") == _explained(home, ADRIAN[1])


def test_two_records_of_a_person_show_the_way_and_the_weights(home: Path) -> None:
    text = _explained(home, ADRIAN[1], ADRIAN[2])
    assert "One person" in text
    assert "birth_date" in text
    assert "probability > 99.9999%" in text


def test_two_people_show_why_they_are_two(home: Path) -> None:
    (other,) = _one(
        home, "select min(record_id) from identity.linkage_records where family <> 'keller' and birth is not null"
    )
    text = _explained(home, ADRIAN[1], other)
    assert "Two people" in text
    assert "their score is below what a review takes" in text


def test_a_decision_is_told_first(home: Path, tmp_path: Path) -> None:
    decided = Path(shutil.copytree(home, tmp_path / "home"))
    (decided / "seeds" / "steward" / "decisions.csv").write_text(
        "decision,record_id_l,record_id_r,decided_by,decided_on,reason\n"
        f"cannot_link,{ADRIAN[1]},{ADRIAN[2]},steward,2026-11-15,father and son\n"
    )
    done = cdp(decided, "run", "--date", "2026-11-15")
    assert done.returncode == 0, done.stdout + done.stderr
    text = _explained(decided, ADRIAN[1], ADRIAN[2])
    assert "Two people" in text
    reason = text.splitlines()[1]
    assert reason.startswith("- a steward decided so: cannot_link")
    assert ADRIAN[1] in reason and ADRIAN[2] in reason


def test_a_guard_that_keeps_two_people_apart_is_named(home: Path) -> None:
    left, right = _one(
        home,
        "select record_id_l, record_id_r from identity.review_queue where reason = 'held apart by a guard' order by rank",
    )
    text = _explained(home, left, right)
    assert "a guard keeps" in text
    assert any(says in text for says in SAYS.values())


def test_a_record_twice_is_its_profile(home: Path) -> None:
    assert _explained(home, ADRIAN[1], ADRIAN[1]) == _explained(home, ADRIAN[1])


def test_an_unknown_record_and_a_profile_beside_a_record_are_told(home: Path) -> None:
    settings = Settings(home, 1, "1GB")
    project = load_project(settings.seeds)
    (profile,) = _one(home, f"select profile_id from identity.identity_map where record_id = '{ADRIAN[1]}'")
    for asked in (["web_shop.accounts:nobody"], [profile, ADRIAN[1]]):
        assert not explain(settings, project, asked, Console(quiet=True))


def test_every_guard_has_its_words() -> None:
    assert set(SAYS) == {None, *CONDITIONS}


def test_the_page_is_its_owners(tmp_path: Path) -> None:
    console = Console(record=True, file=io.StringIO())
    console.print("x")
    write_html(console, tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o600
    assert "<html" in (tmp_path / "page.html").read_text()
