"""A new source by configuration only: deployments of public data, with the repository's own identity.yml."""

import csv
import gzip
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from benchmarks.accuracy import score_febrl
from benchmarks.customer_value import score_cdnow
from cdp_pipeline_tests.homes import SHARED_DATA, cdp, make_home

pytestmark = pytest.mark.skipif(not SHARED_DATA.exists(), reason=f"{SHARED_DATA} is absent: no public data to run on")


def test_two_febrl_sources_are_linked(tmp_path: Path) -> None:
    _, _, f1 = score_febrl("febrl4", tmp_path / "home")
    assert f1 >= 0.997


def test_purchases_of_cdnow_give_every_customers_metrics_as_of_a_day(tmp_path: Path) -> None:
    day = make_home("cdnow", tmp_path / "home")
    done = cdp(tmp_path / "home", "run", "--date", day)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(tmp_path / "home" / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select split_part(member.record_id, ':', 2), metrics.recency_days, metrics.frequency, metrics.monetary_value "
            "from metrics.profile_metrics as metrics join identity.identity_map as member using (profile_id) "
            "where metrics.as_of_day = $day",
            {"day": day},
        ).fetchall()
    assert {row[0]: row[1:] for row in found} == _plainly(date.fromisoformat(day))


def test_purchases_of_cdnow_are_foretold_as_published(tmp_path: Path) -> None:
    found = score_cdnow(tmp_path / "home")
    orders = found["expected_orders"]
    fitted = orders["parameters"]["at_cutoff"]
    assert [round(fitted[name], 3) for name in ("r", "alpha", "a", "b")] == [0.243, 4.414, 0.793, 2.426]
    assert round(fitted["log_likelihood"], 1) == -9582.4
    assert orders["value"] <= 1.62
    assert orders["evaluation"]["correlation"] >= 0.62
    assert orders["value"] < orders["baseline"]
    assert found["customer_value"]["value"] > 0.5


def _plainly(day: date) -> dict[str, tuple[int, int, Decimal]]:
    """Recency, frequency and spend of every customer, recomputed without the pipeline."""
    purchases: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    with gzip.open(SHARED_DATA / "cdnow_sample.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if date.fromisoformat(row["date"]) <= day:
                purchases[row["customer_id"]].append((date.fromisoformat(row["date"]), Decimal(row["spend"])))
    return {
        customer: ((day - max(on for on, _ in made)).days, len(made), sum((spend for _, spend in made), Decimal(0)))
        for customer, made in purchases.items()
    }
