"""The sample on Spark: a first day, a daily change, a corrected day and an erasure, beside the embedded engine's."""

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
ADRIAN = "adrian.keller@gmail.com"
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


def _cdp(home: Path, engine: str, *asked: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cdp_pipeline.cli", *asked],
        env={**os.environ, **ALIKE, "CDP_HOME": str(home), "CDP_ENGINE": engine},
        capture_output=True,
        text=True,
        timeout=3000,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def _correct(home: Path) -> None:
    """Of the first day, an account has another name, and one is not delivered any more."""
    path = home / "data" / "landing" / "web_shop" / DAYS[0] / "accounts.csv"
    header, first, _, *others = path.read_text(encoding="utf-8").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("last_name")] = "Corrected"
    path.write_text("\n".join([header, ",".join(cells), *others, ""]), encoding="utf-8")


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


def _are_alike(homes: dict[str, Path]) -> None:
    known, found = (_published(homes[engine]) for engine in ("duckdb", "spark"))
    assert list(found) == list(known)
    for name in known:
        assert len(found[name]) == len(known[name]), name
        assert all(map(_is_alike, found[name], known[name])), name


def test_days_a_correction_and_an_erasure_are_published_alike_on_both_engines(
    spark_warehouse: object, sample_home: Path, tmp_path: Path
) -> None:
    with duckdb.connect(str(sample_home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        settings = json.dumps(json.loads(connection.execute(MODEL).fetchall()[0][0]))
    homes = {engine: _home(tmp_path / engine, settings) for engine in ("duckdb", "spark")}
    for asked in (
        ("run", "--date", DAYS[0]),
        ("erase", "--email", ADRIAN),
        ("run", "--from", DAYS[0], "--to", DAYS[1]),
    ):
        for engine, home in homes.items():
            if "--from" in asked:
                _correct(home)
            _cdp(home, engine, *asked)
        _are_alike(homes)
