"""Every nasty file of the case book, with one record emptied: that record is gone, the others are as they were."""

import stat
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts.emptied import empty_records
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline_tests.resources.extracts.test_cases import CASES, case_file, case_table, read_case

DAY = date(2026, 11, 15)
READABLE = [case for case in CASES if len(case.get("rows", [])) > 1]


@pytest.mark.parametrize("case", READABLE, ids=[case["case"] for case in READABLE])
@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
def test_one_record_goes_and_no_other(case: dict[str, Any], which: int, session: DuckDBSession, tmp_path: Path) -> None:
    zone, table, path = LandingZone(tmp_path), case_table(case), case_file(case, tmp_path)
    path.chmod(0o640)
    names, rows = read_case(session, zone, table, tmp_path)
    loaded = [row for row in rows if row[-4] is None]
    gone = loaded[which]
    following = next((row[-5] for row in rows if row[-5] > gone[-5]), None)
    empty_records(path, table, [(gone[-5], following)])
    assert read_case(session, zone, table, tmp_path) == (names, [row for row in rows if row != gone])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not list(path.parent.glob(".*"))


def test_the_last_record_leaves_a_file_that_can_be_read(session: DuckDBSession, tmp_path: Path) -> None:
    for name, extract, content in (
        ("x.csv", {"format": "csv"}, "a,b\n1,2\n"),
        ("x.jsonl", {"format": "jsonl"}, '{"a": "1", "b": {"c": 2}}\n'),
        ("x.json", {"format": "json"}, '[{"a": "1", "b": "2"}]'),
    ):
        case = {"extract": extract, "file": name, "content": content}
        path = case_file(case, tmp_path)
        empty_records(path, case_table(case), [(2 if name == "x.csv" else 1, None)])
        assert read_case(session, LandingZone(tmp_path), case_table(case), tmp_path) == (["a", "b"], [])
        path.unlink()


def test_a_dictionary_of_parquet_keeps_no_value(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    content = pa.table(
        {"a": pa.array(["one", "secret-value", "two"]).dictionary_encode(), "b": pa.array([[1], [2], []])}
    )
    pq.write_table(content, path, compression="none")
    columns = {"a": {"type": "text"}, "b": {"type": "text"}}
    extract = {"format": "parquet", "path": "s/{date}/x.parquet", "load": "snapshot"}
    empty_records(path, Table.model_validate({"extract": extract, "key": ["a"], "columns": columns}), [(2, 3)])
    assert b"secret-value" not in path.read_bytes()
    assert pq.read_table(path).to_pylist() == [{"a": "one", "b": [1]}, {"a": None, "b": None}, {"a": "two", "b": []}]
