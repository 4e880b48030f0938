from pathlib import Path

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts import fixed_width


def test_columns_are_cut_by_their_widths(session: DuckDBSession, tmp_path: Path) -> None:
    extract = {"format": "fixed_width", "path": "{date}", "load": "append", "header_row": 0}
    columns = {"a": {"width": 2}, "b": {"width": 3}}
    table = Table.model_validate({"extract": extract, "key": ["a"], "columns": columns})
    (tmp_path / "x").write_text("1 abc\n 2d\n")
    assert fixed_width.header(tmp_path / "x", table) == ["a", "b"]
    found = session.rows(fixed_width.lines(session, tmp_path / "x", table, ["a", "b"], "slot", tmp_path))
    assert [row[:3] for row in found] == [("1", "abc", 1), ("2", "d", 2)]
