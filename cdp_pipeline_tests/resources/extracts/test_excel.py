from pathlib import Path

import pytest

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.extracts import ExtractError, excel


def _book(path: Path) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("List").write_row(0, 0, ["a", "b"])
    return path


def _table(**changes: object) -> Table:
    extract = {"format": "excel", "path": "{date}.xlsx", "load": "snapshot", **changes}
    return Table.model_validate({"extract": extract, "key": ["a"], "columns": {"a": {}, "b": {}}})


def test_a_missing_sheet_names_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match=r"sheet 'Lst' is missing; found \['List'\]"):
        excel.header(_book(tmp_path / "x.xlsx"), _table(sheet="Lst"))


def test_a_header_row_beyond_the_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="ends before the header row"):
        excel.header(_book(tmp_path / "x.xlsx"), _table(header_row=9))
