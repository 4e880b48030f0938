"""The sample on Spark: a first day, a daily change, a corrected day and an erasure, beside the embedded engine's."""

import json
from pathlib import Path

import pytest

from cdp_pipeline_tests.engines import differences, lives, make_twin, model_of, published
from cdp_pipeline_tests.homes import REPOSITORY

DAYS = ("2026-11-09", "2026-11-10")
ADRIAN = "adrian.keller@gmail.com"
pytestmark = pytest.mark.spark


def test_days_a_correction_and_an_erasure_are_published_alike_on_both_engines(
    spark_warehouse: object, sample_home: Path, tmp_path: Path
) -> None:
    landing, model = REPOSITORY / "data" / "sample", model_of(sample_home)
    homes = {engine: make_twin(tmp_path / engine, landing, model) for engine in ("duckdb", "spark")}
    with (homes["spark"] / "seeds" / "deployment.yml").open("a") as deployment:
        deployment.write("spark:\n  table_format: delta\n")
    for event, engine in lives(homes, DAYS, ADRIAN):
        if engine == "spark":
            known, found = published(homes["duckdb"]), published(homes["spark"])
            assert known and list(found) == list(known), event
            assert differences(known, found) == {}, event
            tables = homes["spark"] / "data" / "warehouse" / "spark"
            assert _rows_of_delta_lake(tables) == _rows_of_parts(tables), event


def _rows_of_parts(tables: Path) -> dict[str, int]:
    manifest = json.loads((tables / "manifest.json").read_text())
    return {name: sum(part["rows"] for part in parts) for name, parts in manifest.items()}


def _rows_of_delta_lake(tables: Path) -> dict[str, int]:
    from deltalake import DeltaTable

    logs = [log.parent for log in tables.glob("*/*/_delta_log")]
    return {
        ".".join(table.parts[-2:]): DeltaTable(str(table)).to_pyarrow_dataset().count_rows() for table in sorted(logs)
    }
