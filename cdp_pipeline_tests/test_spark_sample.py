"""The sample on Spark: a first day and a daily change, beside the embedded engine's."""

import json
import math
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cdp_pipeline_tests.homes import REPOSITORY

DAYS = ("2026-11-09", "2026-11-10")
MODEL = "select settings from identity.linkage_model"
ALIKE = {"CDP_SPARK_MASTER": "local[2]", "CDP_PSEUDONYM_KEY": "0" * 64}
pytestmark = pytest.mark.spark


def _home(path: Path, settings: str) -> Path:
    """A deployment of the sample with a promoted model; the suites have tests of their own."""
    shutil.copytree(REPOSITORY / "seeds", path / "seeds")
    shutil.copytree(REPOSITORY / "data" / "sample", path / "data" / "landing")
    (path / "seeds" / "linkage_model.json").write_text(settings)
    for suite in (path / "seeds" / "expectations").glob("*.yml"):
        if not suite.name.startswith(("unified.orders", "identity.identity_map")):
            suite.unlink()
    return path


def _run(home: Path, day: str, engine: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cdp_pipeline.cli", "run", "--date", day],
        env={**os.environ, **ALIKE, "CDP_HOME": str(home), "CDP_ENGINE": engine},
        capture_output=True,
        text=True,
        timeout=3000,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def _published(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    files = sorted((home / "data" / "published").glob("*.parquet"))
    with duckdb.connect() as connection:
        found = {path.stem: connection.execute(f"from '{path}'").fetchall() for path in files}
    return {name: sorted(rows, key=_without_fractions) for name, rows in found.items()}


def _without_fractions(row: tuple[Any, ...]) -> str:
    return repr([round(float(value), 3) if isinstance(value, Decimal | float) else value for value in row])


def _is_alike(found: tuple[Any, ...], known: tuple[Any, ...]) -> bool:
    return all(
        math.isclose(a, b, abs_tol=1e-9) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(found, known, strict=True)
    )


def test_two_days_are_published_alike_on_both_engines(
    spark_warehouse: object, sample_home: Path, tmp_path: Path
) -> None:
    with duckdb.connect(str(sample_home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        settings = json.dumps(json.loads(connection.execute(MODEL).fetchall()[0][0]))
    homes = {engine: _home(tmp_path / engine, settings) for engine in ("duckdb", "spark")}
    for day in DAYS:
        for engine, home in homes.items():
            _run(home, day, engine)
        known, found = (_published(homes[engine]) for engine in ("duckdb", "spark"))
        assert list(found) == list(known)
        for name in known:
            assert len(found[name]) == len(known[name]), name
            assert all(map(_is_alike, found[name], known[name])), name
