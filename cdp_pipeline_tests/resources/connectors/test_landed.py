from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp_pipeline.domain.windows import Window
from cdp_pipeline.resources.connectors.failures import FetchFailed
from cdp_pipeline.resources.connectors.landed import land, window_in


def part(folder: Path, name: str, **columns: list[object]) -> Path:
    pq.write_table(pa.table(columns), folder / name)
    return folder / name


@pytest.mark.parametrize(
    "window",
    [
        None,
        Window("time", datetime(2026, 11, 1, 23, tzinfo=UTC), datetime(2026, 11, 2, 23, tzinfo=UTC)),
        Window("date", None, date(2026, 11, 2)),
        Window("number", 10, 20),
    ],
)
def test_a_landed_file_carries_its_window(tmp_path: Path, window: Window | None) -> None:
    target = tmp_path / "landing" / "people.parquet"
    assert land([part(tmp_path, "one", c0=["1"])], target, ["id"], window, None, tmp_path) == 1
    assert window_in(target) == window


def test_a_window_of_numbers_ends_at_the_highest_one_landed(tmp_path: Path) -> None:
    parts = [part(tmp_path, "one", c0=["9", "10"])]
    land(parts, tmp_path / "people.parquet", ["id"], Window("number", 3, None), "id", tmp_path)
    assert window_in(tmp_path / "people.parquet") == Window("number", 3, 10)


def test_parts_become_one_file_in_order_under_the_sources_names(tmp_path: Path) -> None:
    parts = [part(tmp_path, "one", c0=["2"], _dlt_id=["x"]), part(tmp_path, "two", c0=["1"], c1=["b"])]
    target = tmp_path / "people.parquet"
    land(parts, target, ["id", "_dlt_id", ""], None, None, tmp_path)
    assert pq.read_table(target).to_pylist() == [
        {"id": "1", "_dlt_id": "b", "unnamed_3": None},
        {"id": "2", "_dlt_id": None, "unnamed_3": None},
    ]
    assert target.stat().st_mode & 0o777 == 0o600


def test_no_rows_are_a_file_with_all_columns(tmp_path: Path) -> None:
    land([], tmp_path / "people.parquet", ["id", "name"], None, None, tmp_path)
    assert pq.read_table(tmp_path / "people.parquet").to_pydict() == {"id": [], "name": []}


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "people.parquet").write_bytes(b"PAR1")
    with pytest.raises(FetchFailed, match=r"people\.parquet can't be read"):
        window_in(tmp_path / "people.parquet")
