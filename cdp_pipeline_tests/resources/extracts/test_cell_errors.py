import zipfile
from pathlib import Path

import xlsxwriter
import xlwt

from cdp_pipeline.resources.extracts.cell_errors import rows_with_errors


def test_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Other").write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet = book.add_worksheet("List")
        sheet.write(1, 0, "#N/A")
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
    assert rows_with_errors(path, "List") == {3: "#N/A"}


ODS = """<office:document-content
  xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
 <table:table table:name="Other"><table:table-row>{error}</table:table-row></table:table>
 <table:table table:name="List">
  <table:table-row table:number-rows-repeated="2">{text}</table:table-row>
  <table:table-row table:number-rows-repeated="2">{text}{error}</table:table-row>
 </table:table>
</office:document-content>"""
TEXT = '<table:table-cell office:value-type="string"><text:p>#N/A</text:p></table:table-cell>'


def test_ods_as_libreoffice_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "x.ods"
    with zipfile.ZipFile(path, "w") as book:
        error = TEXT.replace(" office", ' calcext:value-type="error" office')
        book.writestr("content.xml", ODS.format(text=TEXT, error=error))
    assert rows_with_errors(path, "List") == {3: "#N/A", 4: "#N/A"}


def test_xls(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    book = xlwt.Workbook()
    book.add_sheet("Other").write(0, 0, "#N/A")
    sheet = book.add_sheet("List")
    sheet.write(1, 0, "#N/A")
    sheet.row(2).set_cell_error(1, "#DIV/0!")
    book.save(str(path))
    assert rows_with_errors(path, "List") == {3: "#DIV/0!"}


def test_a_workbook_without_errors(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("List").write(0, 0, 1)
    assert rows_with_errors(path, "List") == {}
