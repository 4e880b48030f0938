"""Cells of a spreadsheet that show an error (#N/A): calamine calls them empty, so they are looked up beside it."""

import string
import zipfile
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

import xlrd

from cdp_pipeline.resources.extracts import ExtractError


def rows_with_errors(path: Path, sheet: str) -> dict[int, str]:
    """Rows (from 1) of a sheet of xlsx, ods or xls with a cell that shows an error, and the first such error."""
    if not zipfile.is_zipfile(path):
        return _of_xls(path, sheet)
    with zipfile.ZipFile(path) as book:
        parts = book.namelist()
        if "xl/workbook.xml" in parts:
            return _of_xlsx(book, sheet)
        if "content.xml" in parts:
            with book.open("content.xml") as content:
                return _of_ods(content, sheet)
    return {}


def _of_xlsx(book: zipfile.ZipFile, sheet: str) -> dict[int, str]:
    """Source: ECMA-376, part 1, 18.3.1.4 (cells of type e)."""
    sheets = [_attributes(node) for node in ElementTree.parse(book.open("xl/workbook.xml")).iter()]
    wanted = next((given["id"] for given in sheets if given.get("name") == sheet and "id" in given), None)
    parts = [_attributes(node) for node in ElementTree.parse(book.open("xl/_rels/workbook.xml.rels")).iter()]
    target = next((given["Target"] for given in parts if given.get("Id") == wanted), None)
    found: dict[int, str] = {}
    if wanted is None or target is None:
        return found
    for _, node in ElementTree.iterparse(book.open(target.lstrip("/") if target[0] == "/" else f"xl/{target}")):
        if node.get("t") == "e" and node.get("r"):
            row = int(str(node.get("r")).lstrip(string.ascii_uppercase))
            found.setdefault(row, next((value.text or "" for value in node if value.tag.endswith("}v")), ""))
        elif node.tag.endswith("}row"):
            node.clear()
    return found


def _of_ods(content: IO[bytes], sheet: str) -> dict[int, str]:
    """Source: the `calcext` extension of OpenDocument that LibreOffice writes (value-type error)."""
    found: dict[int, str] = {}
    is_wanted, number = False, 0
    for event, node in ElementTree.iterparse(content, events=("start", "end")):
        given, kind = _attributes(node), node.tag.rpartition("}")[2]
        if event == "start" and kind == "table":
            is_wanted, number = given.get("name") == sheet, 0
        elif event == "end" and kind == "table-row":
            errors = [cell for cell in node if cell.get(f"{{{_CALCEXT}}}value-type") == "error"]
            repeated = int(given.get("number-rows-repeated", 1))
            if is_wanted and errors:
                found.update(dict.fromkeys(range(number + 1, number + 1 + repeated), "".join(errors[0].itertext())))
            number += repeated
            node.clear()
    return found


_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def _of_xls(path: Path, sheet: str) -> dict[int, str]:
    found: dict[int, str] = {}
    try:
        opened = xlrd.open_workbook(str(path), on_demand=True)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        raise ExtractError(
            path, "", f"not a readable spreadsheet ({error})", "open and save it again in Excel"
        ) from None
    with opened as book:
        content = book.sheet_by_name(sheet)
        for row in range(content.nrows):
            if xlrd.XL_CELL_ERROR in (kinds := content.row_types(row)):
                code = content.cell_value(row, list(kinds).index(xlrd.XL_CELL_ERROR))
                found[row + 1] = xlrd.error_text_from_code.get(code, "an error")
    return found


def _attributes(node: ElementTree.Element) -> dict[str, str]:
    """Attributes without their namespaces."""
    return {name.rpartition("}")[2]: value for name, value in node.attrib.items()}
