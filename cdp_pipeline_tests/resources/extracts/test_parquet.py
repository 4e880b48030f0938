import gzip
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts import ExtractError, parquet

TABLE = Table.model_validate(
    {"extract": {"format": "parquet", "path": "{date}.parquet", "load": "append"}, "key": ["a"], "columns": {"a": {}}}
)


def test_a_text_file_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("a,b")
    with pytest.raises(ExtractError, match="ask the source to deliver it again"):
        parquet.header(tmp_path / "x.parquet", TABLE)


def test_text_that_is_not_marked_as_text_is_read_as_utf8(tmp_path: Path, session: DuckDBSession) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": pa.array(["Zoé".encode(), b"x\\y", None, b"\xff"], pa.binary())}), path)
    found = session.rows(parquet.lines(session, path, TABLE, ["a"], "slot", tmp_path))
    assert [row[:3] for row in found] == [
        ("Zoé", 1, None),
        ("x\\y", 2, None),
        (None, 4, "bytes that are not UTF-8"),
    ]
    assert found[2][3] == "\\xFF"


@pytest.mark.parametrize(
    "values",
    [
        pa.array([Decimal("1234567890123456789012345678901234567890.12")], pa.decimal256(50, 2)),
        pa.array([{"x": [timedelta(seconds=5)]}]),
    ],
)
def test_values_that_would_be_altered_are_refused(tmp_path: Path, values: pa.Array) -> None:
    pq.write_table(pa.table({"a": values}), tmp_path / "x.parquet")
    with pytest.raises(ExtractError, match="the values of 'a' are .*ask for them as text"):
        parquet.header(tmp_path / "x.parquet", TABLE)


def test_a_compressed_file_is_read(tmp_path: Path, session: DuckDBSession) -> None:
    pq.write_table(pa.table({"a": ["1"]}), tmp_path / "x.parquet")
    path = tmp_path / "x.parquet.gz"
    path.write_bytes(gzip.compress((tmp_path / "x.parquet").read_bytes()))
    assert parquet.header(path, TABLE) == ["a"]
    assert session.rows(parquet.lines(session, path, TABLE, ["a"], "slot", tmp_path)) == [("1", 1, None, None)]


def test_a_column_that_has_the_readers_own_name_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["1"], "file_row_number": ["2"]}), tmp_path / "x.parquet")
    with pytest.raises(ExtractError, match="rename it"):
        parquet.header(tmp_path / "x.parquet", TABLE)
