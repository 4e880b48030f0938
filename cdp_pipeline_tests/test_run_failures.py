"""Bad input, killed runs and planted faults: what stands afterwards, and what the messages say.

One small deployment is run well once; each test breaks a copy of it.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from cdp_pipeline_tests.homes import REPOSITORY, cdp

DAYS = ("2026-11-14", "2026-11-15")


@pytest.fixture(scope="module")
def good_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 people, two days of extracts, the first of them run."""
    home = tmp_path_factory.mktemp("good") / "home"
    shutil.copytree(REPOSITORY / "seeds", home / "seeds")
    for suite in (home / "seeds" / "expectations").glob("*.yml"):
        suite.unlink()  # importing Great Expectations costs each process seconds; one test brings a suite of its own
    identity = home / "seeds" / "identity.yml"
    identity.write_text(identity.read_text().replace("max_pairs: 10000000", "max_pairs: 100000"))
    assert cdp(home, "demo", "--people", "60", "--days", "2", "--out", str(home)).returncode == 0
    done = cdp(home, "run", "--date", DAYS[0])
    assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture
def home(good_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good_home, tmp_path / "home"))


def _counts(home: Path) -> dict[str, int]:
    """Rows of every table, through a connection of its own."""
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where table_name not like '%__building'"
        ).fetchall()
        return {name: connection.execute(f"select count(*) from {name}").fetchall()[0][0] for (name,) in names}


def _landing(home: Path, file: str) -> Path:
    return home / "data" / "landing" / file.format(day=DAYS[1])


def _without_column(path: Path) -> None:
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line.split(",", 1)[1] for line in lines) + "\n")


def _semicolons(path: Path) -> None:
    path.write_text(path.read_text().replace(",", ";"))


BREAKS: list[tuple[str, Callable[[Path], None], str]] = [
    ("web_shop/{day}/accounts.csv", _without_column, "the columns ['account_no'] are missing"),
    ("sales_crm/{day}/contacts.csv", _semicolons, "the delimiter ',' seems wrong"),
    ("store_pos/{day}/membres.csv", lambda path: path.write_bytes(b""), "the file is empty"),
    (
        "spreadsheets/{day}/vip.xlsx",
        lambda path: path.write_bytes(b"PK broken"),
        "not a readable spreadsheet",
    ),
]


@pytest.mark.parametrize(
    ("file", "damage", "message"), BREAKS, ids=lambda value: value[:24] if isinstance(value, str) else ""
)
def test_an_unusable_extract_ends_the_run_before_any_table_changes(
    home: Path, file: str, damage: Callable[[Path], None], message: str
) -> None:
    before = _counts(home)
    damage(_landing(home, file))
    done = cdp(home, "run", "--date", DAYS[1])
    assert done.returncode == 1
    assert message in done.stderr
    assert file.format(day=DAYS[1]) in done.stderr
    assert "Traceback" not in done.stderr
    told = _counts(home)
    assert told.pop("quality.check_results") == before.pop("quality.check_results") + 1
    assert told == before


def test_a_misspelt_key_is_found_without_data(home: Path) -> None:
    path = home / "seeds" / "sources" / "web_shop.yml"
    path.write_text(path.read_text().replace("delimiter", "delimeter").replace("load: delta", "lod: delta", 1))
    for command in (("check",), ("run", "--date", DAYS[1])):
        done = cdp(home, *command)
        assert done.returncode == 2
        assert "web_shop.yml:8:" in done.stderr
        assert "did you mean 'load'?" in done.stderr


def test_a_failed_blocking_expectation_keeps_the_standing_table_and_stops_what_follows(home: Path) -> None:
    suite = home / "seeds" / "expectations" / "identity.identity_map.yml"
    suite.write_text(
        "table: identity.identity_map\nexpectations:\n"
        "  - {expectation: expect_table_row_count_to_be_between, arguments: {max_value: 1}, severity: block, "
        "dimension: completeness, sentence: There is one record.}\n"
    )
    before = _counts(home)
    done = cdp(home, "run", "--date", DAYS[1])
    assert done.returncode == 1
    assert "identity.identity_map: 1 blocking expectation(s) failed: There is one record." in done.stderr
    after = _counts(home)
    assert after["identity.identity_map"] == before["identity.identity_map"]
    assert after["profile.profiles"] == before["profile.profiles"]
    assert after["raw.web_analytics__hits"] > before["raw.web_analytics__hits"]


def test_killed_runs_leave_the_last_good_tables_and_the_next_run_ends_right(home: Path, tmp_path: Path) -> None:
    """Killed in three layers one after the other; then the day runs, and a twin that was never killed agrees."""
    twin = Path(shutil.copytree(home, tmp_path / "twin"))
    for layer in ("staging", "identity", "activation"):
        before = _counts(home)
        _kill_in(layer, home)
        assert set(before) <= set(_counts(home)), "every table of the last good run can be read"
    done = cdp(home, "run", "--date", DAYS[1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "freed what the dead run" in done.stdout
    undisturbed = cdp(twin, "run", "--date", DAYS[1])
    assert undisturbed.returncode == 0, undisturbed.stderr
    assert _content(home) == _content(twin)


def _kill_in(layer: str, home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cdp_pipeline_tests.kill_at", layer, DAYS[1]],
        env={**os.environ, "CDP_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == f"in {layer}"
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _content(home: Path) -> dict[str, str]:
    """Digest of every published table, and the rows of all others."""
    published = home / "data" / "published"
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(published.glob("*.parquet"))}
    return {**files, **{name: str(count) for name, count in _counts(home).items()}}


def test_days_outside_the_deployment_are_refused_with_its_bounds(home: Path) -> None:
    done = cdp(home, "run", "--date", "2020-01-01")
    assert done.returncode == 2
    assert "days run from 2026-10-01" in " ".join(done.stderr.split())
