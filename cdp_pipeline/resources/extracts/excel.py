"""Spreadsheets (xlsx, xls, ods) through calamine: one sheet, header rows, cells as text."""

from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from sqlglot import exp

from cdp_pipeline.config.sources import Extract, Table
from cdp_pipeline.domain.expressions import column
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.extracts.cell_errors import rows_with_errors
from cdp_pipeline.resources.warehouse import Session


def header(path: Path, table: Table) -> list[str]:
    """Cells of the header row; trailing empty ones are not columns, others are called by their place.

    Headers of several rows are joined by a blank; a merged cell counts for every column that it spans.
    """
    extract = table.extract
    if extract.header_row == 0:
        return list(table.columns)
    rows = rows_of(path, extract)
    last = extract.header_row - 1 + extract.header_rows
    if len(rows) < last:
        raise ExtractError(
            path,
            str(extract.header_row),
            "the sheet ends before the header row",
            "correct extract.header_row of this table",
        )
    levels = [[_text(cell) or "" for cell in row] for row in rows[extract.header_row - 1 : last]]
    width = max((place + 1 for level in levels for place, cell in enumerate(level) if cell), default=0)
    levels = [level[:width] + [""] * (width - len(level)) for level in levels]
    groups = [_spread(level) for level in levels[:-1]]
    names = [" ".join(filter(None, parts)) for parts in zip(*groups, levels[-1], strict=True)]
    return [name or f"unnamed_{place}" for place, name in enumerate(names, start=1)]


def lines(session: Session, path: Path, table: Table, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All rows below the header that hold anything; cells beyond the header refuse their row."""
    extract = table.extract
    first = extract.header_row + extract.header_rows if extract.header_row else 1
    nothing = (None,) * len(names)
    rows: list[tuple[Any, ...]] = []
    sheet, content = _read(path, extract)
    errors = rows_with_errors(path, sheet)
    for number, row in enumerate(content, start=1):
        cells = [_text(cell) for cell in row]
        if number < first or not (any(cells) or number in errors):
            continue
        beyond = [cell for cell in cells[len(names) :] if cell]
        reason = f"a cell shows {errors[number]}" if number in errors else None
        reason = reason or (f"{len(beyond)} cells beyond the header" if beyond else None)
        if reason:
            rows.append((*nothing, number, reason, "\t".join(c or "" for c in cells)))
        else:
            rows.append((*(*cells, *nothing)[: len(names)], number, None, None))
    types = {
        **dict.fromkeys(names, "varchar"),
        "_line": "bigint",
        "_reject_reason": "varchar",
        "_reject_text": "varchar",
    }
    session.stage_rows(slot, types, rows)
    return exp.select(*(column(name) for name in types)).from_(slot)


_REPAIR = "open and save it again in Excel"


def _spread(level: list[str]) -> list[str]:
    """A merged cell's text stands in its first column only."""
    spread, current = [], ""
    for cell in level:
        current = cell or current
        spread.append(current)
    return spread


def rows_of(path: Path, extract: Extract) -> list[list[Any]]:
    """All rows of the sheet, from the first, with typed cells."""
    return _read(path, extract)[1]


def _read(path: Path, extract: Extract) -> tuple[str, list[list[Any]]]:
    """Name of the sheet, and its rows."""
    book = opened_book(path)
    sheet = sheet_name(path, book, extract)
    try:
        return sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise ExtractError(path, "", f"sheet '{sheet}' can't be read ({error})", _REPAIR) from None


def opened_book(path: Path) -> CalamineWorkbook:
    """The workbook, of the format that its content has, whatever its name says."""
    try:
        with path.open("rb") as content:
            return CalamineWorkbook.from_filelike(content)
    except (CalamineError, OSError) as error:
        raise ExtractError(path, "", f"not a readable spreadsheet ({error})", _REPAIR) from None


def sheet_name(path: Path, book: CalamineWorkbook, extract: Extract) -> str:
    """Name of the sheet that the extract asks for, by default the first."""
    wanted = extract.sheet or book.sheet_names[0]
    found = [name for name in book.sheet_names if name == wanted or fnmatchcase(name, wanted)]
    if len(found) != 1:
        raise ExtractError(
            path,
            "",
            f"sheet '{wanted}' {'is missing' if not found else 'may be any of several'}; found {book.sheet_names}",
            "correct extract.sheet of this table",
        )
    return str(found[0])


def _text(cell: Any) -> str | None:
    """Numbers without a fraction as integers, moments and durations as ISO 8601, as a person reads the cell."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return None if cell == "" else str(cell)
