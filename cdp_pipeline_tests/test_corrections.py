"""A day delivered again with a line corrected: everything comes out as if it had been right at once."""

import shutil
from pathlib import Path

import duckdb
import pytest

from cdp_pipeline_tests.homes import REPOSITORY, cdp

DAYS = ("2026-11-13", "2026-11-14", "2026-11-15")
HISTORY = {"activation.deliveries", "identity.identity_events", "profile.profile_changes"}
"""What happened when, and under which run: it differs by its nature."""


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two equal deployments of two sources, three days each, the first day run once for both."""
    right = tmp_path_factory.mktemp("corrections") / "right"
    shutil.copytree(REPOSITORY / "seeds", right / "seeds")
    for name in ("service_desk", "spreadsheets", "sales_crm", "email_marketing", "store_pos"):
        (right / "seeds" / "sources" / f"{name}.yml").unlink()
    for suite in (right / "seeds" / "expectations").glob("*.yml"):
        suite.unlink()
    identity = right / "seeds" / "identity.yml"
    identity.write_text(identity.read_text().replace("max_pairs: 10000000", "max_pairs: 100000"))
    assert cdp(right, "demo", "--people", "60", "--days", "3", "--out", str(right)).returncode == 0
    _run(right, DAYS[0])
    return right, Path(shutil.copytree(right, right.parent / "corrected"))


def _run(home: Path, *days: str) -> None:
    for day in days:
        done = cdp(home, "run", "--date", day)
        assert done.returncode == 0, done.stdout + done.stderr


def _spoil(path: Path, column: str, value: str) -> bytes:
    """Put another value into the first line; returns the right content."""
    content = path.read_bytes()
    header, first, *rest = content.decode().splitlines()
    cells = first.split(",")
    cells[header.split(",").index(column)] = value
    path.write_text("\n".join([header, ",".join(cells), *rest]) + "\n")
    return content


def test_a_corrected_day_counts_from_then_on(homes: tuple[Path, Path]) -> None:
    """Both run the second day again: the third taught each of them whose devices they saw on it."""
    right, corrected = homes
    landing = corrected / "data" / "landing" / "web_shop" / DAYS[1]
    contents = {
        name: _spoil(landing / name, column, value)
        for name, column, value in (("orders.csv", "line_total", "9999.99"), ("accounts.csv", "city", "ELSEWHERE"))
    }
    _run(right, *DAYS[1:], DAYS[1])
    _run(corrected, *DAYS[1:])
    spoilt = _differing(right, corrected)
    assert {"unified.order_lines", "profile.timeline", "staging.web_shop__accounts"} <= spoilt, (
        "the spoilt lines must have had an effect"
    )
    for name, content in contents.items():
        (landing / name).write_bytes(content)
    _run(corrected, DAYS[1])
    assert _differing(right, corrected) == set()


def _differing(left: Path, right: Path) -> set[str]:
    """Tables whose rows are not the same."""
    with duckdb.connect(str(left / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as both:
        both.execute(f"attach '{right / 'data' / 'warehouse' / 'cdp.duckdb'}' as other (read_only)")
        names = both.execute("select schema_name || '.' || table_name from duckdb_tables() where database_name = 'cdp'")
        return {
            name
            for (name,) in names.fetchall()
            if name not in HISTORY
            and both.execute(
                f"select 1 from (from cdp.{name} except all from other.{name}) union all "
                f"select 1 from (from other.{name} except all from cdp.{name}) limit 1"
            ).fetchall()
        }
