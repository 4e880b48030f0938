from pathlib import Path

import pytest

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.extracts import ExtractError, csv


def _table(**changes: object) -> Table:
    extract = {"format": "csv", "path": "{date}.csv", "load": "append", **changes}
    return Table.model_validate({"extract": extract, "key": ["a"], "columns": {"a": {}, "b": {}}})


def test_the_header_is_read_below_preamble_lines(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Report of today\na,b\n1,2\n")
    assert csv.header(tmp_path / "x.csv", _table(header_row=2)) == ["a", "b"]


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("\ufeffa,b\n".encode())
    assert csv.header(tmp_path / "x.csv", _table()) == ["a", "b"]


def test_an_undecodable_header_names_the_byte(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"pr\xe9nom\n")
    with pytest.raises(ExtractError, match="0xe9"):
        csv.header(tmp_path / "x.csv", _table())
