"""One deployment on both engines: a first day, an erasure, a corrected day with a daily change, and what is published."""

import json
import math
import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from cdp_pipeline_tests.homes import REPOSITORY, cdp

MODEL = "select settings from identity.linkage_model"
SPARK_MASTER = os.environ.get("CDP_SPARK_MASTER") or "local[2]"
"""Tests of Spark run on two threads of this machine, or where the environment says, such as on a server of Spark Connect."""
SAME_FOR_BOTH = {"CDP_SPARK_MASTER": SPARK_MASTER, "CDP_PSEUDONYM_KEY": "0" * 64}
Published = dict[str, list[tuple[Any, ...]]]
"""Rows by table, in an order that fractions don't decide."""


def model_of(home: Path) -> str:
    """The linkage model in force on DuckDB, as `seeds/linkage_model.json` has it."""
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        return json.dumps(json.loads(connection.execute(MODEL).fetchall()[0][0]))


def make_twin(home: Path, landing: Path, model: str) -> Path:
    """A deployment of the landing files with a promoted model; of the suites two stay, the others have tests of their own."""
    shutil.copytree(REPOSITORY / "seeds", home / "seeds")
    shutil.copytree(landing, home / "data" / "landing")
    (home / "seeds" / "linkage_model.json").write_text(model)
    for suite in (home / "seeds" / "expectations").glob("*.yml"):
        if not suite.name.startswith(("unified.orders", "identity.identity_map")):
            suite.unlink()
    return home


def lives(homes: dict[str, Path], days: tuple[str, str], erased: str) -> Iterator[tuple[str, str]]:
    """What happened to both deployments (an event and an engine), each told when it has been run on that engine."""
    first, last = days
    steps: dict[str, tuple[str, ...]] = {
        "first day": ("run", "--date", first),
        "erasure": ("erase", "--email", erased),
        "corrected day and daily change": ("run", "--from", first, "--to", last),
    }
    for event, asked in steps.items():
        for engine, home in homes.items():
            if "--from" in asked:
                _correct(home, first)
            done = cdp(home, *asked, timeout=3000, CDP_ENGINE=engine, **SAME_FOR_BOTH)
            assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
            yield event, engine


def _correct(home: Path, day: str) -> None:
    """An account of that day has another name, and one is not delivered any more."""
    path = home / "data" / "landing" / "web_shop" / day / "accounts.csv"
    header, first, _, *others = path.read_text(encoding="utf-8").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("last_name")] = "Corrected"
    path.write_text("\n".join([header, ",".join(cells), *others, ""]), encoding="utf-8")


def published(home: Path) -> Published:
    """All published tables."""
    files = sorted((home / "data" / "published").glob("*.parquet"))
    with duckdb.connect() as connection:
        found = {path.stem: connection.execute(f"from '{path}'").fetchall() for path in files}
    return {name: sorted(rows, key=_without_fractions) for name, rows in found.items()}


def _without_fractions(row: tuple[Any, ...]) -> str:
    return repr([round(float(value), 3) if isinstance(value, Decimal | float) else value for value in row])


def differences(known: Published, found: Published) -> dict[str, int]:
    """Rows that differ by table, floating point numbers by more than 1e-9; only tables in which any do."""
    numbers = {name: _differing(known.get(name, []), found.get(name, [])) for name in sorted({*known, *found})}
    return {name: number for name, number in numbers.items() if number}


def _differing(known: list[tuple[Any, ...]], found: list[tuple[Any, ...]]) -> int:
    alike = sum(_is_alike(*rows) for rows in zip(known, found, strict=False))
    return max(len(known), len(found)) - alike


def _is_alike(known: tuple[Any, ...], found: tuple[Any, ...]) -> bool:
    return len(known) == len(found) and all(
        math.isclose(a, b, abs_tol=1e-9) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(known, found, strict=True)
    )
