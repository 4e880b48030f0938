"""Spreadsheets (xlsx, xls, ods) through calamine: one sheet, a header row, cells as text."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from sqlglot import exp

from cdp_pipeline.config.sources import Extract
from cdp_pipeline.domain.expressions import column, named, null_as
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.warehouse import Session


def header(path: Path, extract: Extract) -> list[str]:
    """Cells of the header row; trailing empty ones are not columns."""
    rows = _rows(path, extract)
    if len(rows) < extract.header_row:
        raise ExtractError(
            path,
            str(extract.header_row),
            "the sheet ends before the header row",
            "correct extract.header_row of this table",
        )
    names = [_text(cell) or "" for cell in rows[extract.header_row - 1]]
    while names and not names[-1]:
        names.pop()
    return names


def lines(session: Session, path: Path, extract: Extract, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All rows below the header that hold anything."""
    rows = [
        (*(_text(cell) for cell in (*row, *([""] * len(names)))[: len(names)]), number)
        for number, row in enumerate(_rows(path, extract), start=1)
        if number > extract.header_row and any(_text(cell) for cell in row)
    ]
    session.stage_rows(slot, {**dict.fromkeys(names, "varchar"), "_line": "bigint"}, rows)
    return exp.select(
        *(column(name) for name in names),
        column("_line"),
        named(null_as("varchar"), "_reject_reason"),
        named(null_as("varchar"), "_reject_text"),
    ).from_(slot)


def _rows(path: Path, extract: Extract) -> list[list[Any]]:
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise ExtractError(
            path, "", f"not a readable spreadsheet ({error})", "open and save it again in Excel"
        ) from None
    sheet = extract.sheet or book.sheet_names[0]
    if sheet not in book.sheet_names:
        raise ExtractError(
            path,
            "",
            f"sheet '{sheet}' is missing; found {book.sheet_names}",
            "correct extract.sheet of this table",
        )
    rows: list[list[Any]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return rows


def _text(cell: Any) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return None if cell == "" else str(cell)
