"""Delivered files: what comes out of each format, and what is refused with which words."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline.sql.lineage import parse

DAY = date(2026, 11, 15)


def _table(columns: list[str], **extract: Any) -> Table:
    suffix = {"excel": "xlsx", "jsonl": "jsonl", "parquet": "parquet"}.get(extract.get("format", "csv"), "csv")
    content = {"format": "csv", "path": f"s/{{date}}/t.{suffix}", "load": "snapshot", **extract}
    return Table.model_validate({"extract": content, "key": [columns[0]], "columns": {name: {} for name in columns}})


def _deliver(root: Path, name: str, content: bytes) -> Path:
    path = root / "s" / DAY.isoformat() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _read(session: DuckDBSession, root: Path, table: Table) -> list[tuple[Any, ...]]:
    zone = LandingZone(root)
    (file,) = zone.inspect(table, DAY)
    session.stage("found", zone.lines(session, table, file, "slot", root))
    return session.rows(parse("from found order by _line"))


def test_text_arrives_as_delivered(session: DuckDBSession, tmp_path: Path) -> None:
    _deliver(tmp_path, "t.csv", b"a,b\n007,NA\nNull,1e5\n00123456789012345678,\n")
    found = _read(session, tmp_path, _table(["a", "b"]))
    assert [row[:3] for row in found] == [
        ("007", "NA", 2),
        ("Null", "1e5", 3),
        ("00123456789012345678", None, 4),
    ]
    assert found[0][5:] == (DAY, "s/2026-11-15/t.csv")


def test_a_quoted_cell_keeps_delimiter_and_quote(session: DuckDBSession, tmp_path: Path) -> None:
    _deliver(tmp_path, "t.csv", b'a;b\n"x;y";"he said ""hi"""\n')
    assert _read(session, tmp_path, _table(["a", "b"], delimiter=";"))[0][:2] == ("x;y", 'he said "hi"')


def test_windows_code_page_is_read(session: DuckDBSession, tmp_path: Path) -> None:
    _deliver(tmp_path, "t.csv", "a;b\nÉlodie;œuvre €\n".encode("cp1252"))
    assert _read(session, tmp_path, _table(["a", "b"], delimiter=";", encoding="cp1252"))[0][:2] == (
        "Élodie",
        "œuvre €",
    )


def test_a_line_with_shifted_cells_is_refused_and_the_others_keep_their_place(
    session: DuckDBSession, tmp_path: Path
) -> None:
    _deliver(tmp_path, "t.csv", b"a,b\n1,x\n2,y,z\n3\n4,w\n")
    found = _read(session, tmp_path, _table(["a", "b"]))
    assert [(row[0], row[2], row[3] is None, row[4]) for row in found] == [
        ("1", 2, True, None),
        (None, 3, False, "2,y,z"),
        (None, 4, False, "3"),
        ("4", 5, True, None),
    ]


def test_json_lines_keep_nested_values_as_json(session: DuckDBSession, tmp_path: Path) -> None:
    _deliver(tmp_path, "t.jsonl", b'{"a": "1", "b": {"c": [1]}}\nnot json\n{"a": "2"}\n')
    found = _read(session, tmp_path, _table(["a", "b"], format="jsonl"))
    assert [row[:3] for row in found] == [("1", '{"c":[1]}', 1), (None, None, 2), ("2", None, 3)]
    assert found[1][3:5] == ("not valid JSON", "not json")


def test_parquet_values_arrive_as_text(session: DuckDBSession, tmp_path: Path) -> None:
    path = _deliver(tmp_path, "t.parquet", b"")
    session.export_parquet(parse("select 1.50 as a, timestamp '2026-01-01 10:00:00' as b"), path)
    assert _read(session, tmp_path, _table(["a", "b"], format="parquet"))[0][:3] == (
        "1.50",
        "2026-01-01 10:00:00",
        1,
    )


def test_a_spreadsheet_is_read_below_its_title(session: DuckDBSession, tmp_path: Path) -> None:
    path = _deliver(tmp_path, "t.xlsx", b"")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Our list")
        sheet.write_row(2, 0, ["a", "b"])
        sheet.write_row(3, 0, [7, "x"])
    assert _read(session, tmp_path, _table(["a", "b"], format="excel", header_row=3))[0][:3] == ("7", "x", 4)


def test_a_new_column_is_kept(session: DuckDBSession, tmp_path: Path) -> None:
    _deliver(tmp_path, "t.csv", b"a,new,b\n1,2,3\n")
    (file,) = LandingZone(tmp_path).inspect(_table(["a", "b"]), DAY)
    assert file.columns == ("a", "new", "b")


def test_a_day_without_files_is_empty(tmp_path: Path) -> None:
    assert list(LandingZone(tmp_path).inspect(_table(["a"]), DAY)) == []


@pytest.mark.parametrize(
    ("content", "extract", "message"),
    [
        (b"", {}, "the file is empty; ask the source to deliver it again"),
        (b"a,c\n1,2\n", {}, r"t\.csv:1: the columns \['b'\] are missing among the 2 of the header; ask the source"),
        (b"a;b\n1;2\n", {}, r"the delimiter ',' seems wrong; correct extract\.delimiter"),
        (b"a,b,a\n1,2,3\n", {}, r"the columns \['a'\] stand twice"),
        (b"Anna,Keller\n1,2\n", {}, r"none of the configured columns \['a', 'b'\] is among the 2 of the header"),
        (b"PK\x03\x04 broken", {"format": "excel"}, "not a readable spreadsheet"),
        (b"no parquet", {"format": "parquet"}, "not a readable Parquet file"),
        (b"nothing\n", {"format": "jsonl"}, "no line is a JSON object"),
    ],
)
def test_an_unusable_file_is_refused_with_place_and_remedy(
    session: DuckDBSession, tmp_path: Path, content: bytes, extract: dict[str, str], message: str
) -> None:
    table = _table(["a", "b"], **extract)
    _deliver(tmp_path, Path(table.extract.path).name, content)
    with pytest.raises(ExtractError, match=message):
        _read(session, tmp_path, table)
