import zipfile
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as Sheet
from odf.table import TableCell, TableRow
from odf.text import P

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts import ExtractError, excel
from cdp_pipeline.resources.extracts.cell_errors import rows_with_errors
from cdp_pipeline.resources.extracts.emptied import empty_records

COLUMNS = ["text", "whole", "part", "day", "moment", "yes", "nothing"]
DAY, MOMENT = date(2026, 1, 5), datetime(2026, 1, 5, 10, 20, 30)


def _book(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("List").write_row(0, 0, ["a", "b"])
    return path


def _table(columns: list[str] | None = None, **changes: object) -> Table:
    extract = {"format": "excel", "path": "{date}.xlsx", "load": "snapshot", **changes}
    named = columns or ["a", "b"]
    return Table.model_validate({"extract": extract, "key": [named[0]], "columns": {name: {} for name in named}})


CUSTOMERS = _table(sheet="Kun*", columns=COLUMNS)


def test_a_missing_sheet_names_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match=r"sheet 'Lst' is missing; found \['List'\]"):
        excel.header(_book(tmp_path / "x.xlsx"), _table(sheet="Lst"))


def test_a_header_row_beyond_the_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="ends before the header row"):
        excel.header(_book(tmp_path / "x.xlsx"), _table(header_row=9))


def _xls(path: Path, dates_from_1904: bool = False) -> Path:
    book = xlwt.Workbook()
    book.dates_1904 = dates_from_1904
    sheet = book.add_sheet("Kunden")
    for place, name in enumerate(COLUMNS):
        sheet.write(0, place, name)
    day, moment = (xlwt.easyxf(num_format_str=text) for text in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))
    cells: list[tuple[Any, Any]] = [
        ("007", None),
        (12, None),
        (12.5, None),
        (DAY, day),
        (MOMENT, moment),
        (True, None),
        ("", None),
    ]
    for place, (value, style) in enumerate(cells):
        sheet.write(1, place, value, *([style] if style else []))
    book.save(str(path))
    return path


def _xlsx(path: Path, dates_from_1904: bool = False) -> Path:
    with xlsxwriter.Workbook(path, {"date_1904": dates_from_1904}) as book:
        sheet = book.add_worksheet("Kunden")
        day, moment = (book.add_format({"num_format": text}) for text in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_string(1, 0, "007")
        sheet.write_row(1, 1, [12, 12.5])
        sheet.write_datetime(1, 3, DAY, day)
        sheet.write_datetime(1, 4, MOMENT, moment)
        sheet.write_boolean(1, 5, True)
    return path


def _ods(path: Path) -> Path:
    book = OpenDocumentSpreadsheet()
    sheet = Sheet(name="Kunden")
    header, row = TableRow(), TableRow()
    for name in COLUMNS:
        header.addElement(_cell(name, valuetype="string"))
    for text, kinds in (
        ("007", {"valuetype": "string"}),
        ("12", {"valuetype": "float", "value": "12"}),
        ("12.5", {"valuetype": "float", "value": "12.5"}),
        ("5 Jan 2026", {"valuetype": "date", "datevalue": DAY.isoformat()}),
        ("5 Jan 2026", {"valuetype": "date", "datevalue": MOMENT.isoformat()}),
        ("WAHR", {"valuetype": "boolean", "booleanvalue": "true"}),
    ):
        row.addElement(_cell(text, **kinds))
    for part in (header, row):
        sheet.addElement(part)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))
    return path


def _cell(text: str, **kinds: str) -> TableCell:
    cell = TableCell(**kinds)
    cell.addElement(P(text=text))
    return cell


@pytest.fixture(
    params=[
        lambda folder: _xlsx(folder / "x.xlsx"),
        lambda folder: _xlsx(folder / "x.xlsx", dates_from_1904=True),
        lambda folder: _xls(folder / "x.xls"),
        lambda folder: _xls(folder / "x.xls", dates_from_1904=True),
        lambda folder: _ods(folder / "x.ods"),
    ],
    ids=["xlsx", "xlsx from 1904", "xls", "xls from 1904", "ods"],
)
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One row of every kind of cell, below a header, on the sheet that `CUSTOMERS` reads."""
    return Path(request.param(tmp_path))


def test_cells_of_every_kind_in_every_format(book: Path, tmp_path: Path, session: DuckDBSession) -> None:
    assert excel.header(book, CUSTOMERS) == COLUMNS
    rows = session.rows(excel.lines(session, book, CUSTOMERS, COLUMNS, "sheet", tmp_path))
    assert rows == [("007", "12", "12.5", "2026-01-05", "2026-01-05 10:20:30", "true", None, 2, None, None)]


def test_merged_headers_count_for_all_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "")
        sheet.merge_range(0, 1, 0, 2, "Adresse")
        sheet.write_row(1, 0, ["Nr", "Ort", "PLZ"])
    assert excel.header(path, _table(header_rows=2)) == ["Nr", "Adresse Ort", "Adresse PLZ"]


def test_a_cell_that_shows_an_error_refuses_its_row(tmp_path: Path, session: DuckDBSession) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("List")
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, ["1", "2"])
        sheet.write(2, 0, "3")
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
        sheet.write_formula(3, 0, "=1/0", None, "#DIV/0!")
    table = _table(sheet="List")
    rows = session.rows(excel.lines(session, path, table, ["a", "b"], "sheet", tmp_path))
    assert [row[:4] for row in rows] == [
        ("1", "2", 2, None),
        (None, None, 3, "a cell shows #N/A"),
        (None, None, 4, "a cell shows #DIV/0!"),
    ]


def test_a_workbook_with_a_row_emptied_holds_the_others(book: Path, tmp_path: Path, session: DuckDBSession) -> None:
    asked = partial(excel.lines, session, book, CUSTOMERS, COLUMNS, "sheet", tmp_path)
    before = session.rows(asked())
    empty_records(book, CUSTOMERS, [(7, None)])
    assert session.rows(asked()) == before
    empty_records(book, CUSTOMERS, [(2, None)])
    assert excel.header(book, CUSTOMERS) == COLUMNS
    assert session.rows(asked()) == []
    with zipfile.ZipFile(book) as parts:
        assert b"007" not in b"".join(parts.read(part) for part in parts.namelist())


def test_an_error_still_refuses_its_row_when_another_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("List")
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, ["one", "two"])
        sheet.write_row(2, 0, ["three"])
        sheet.write_formula(2, 1, "=1/0", value="#DIV/0!")
    empty_records(path, _table(), [(2, 3)])
    assert rows_with_errors(path, "List") == {3: "#DIV/0!"}
