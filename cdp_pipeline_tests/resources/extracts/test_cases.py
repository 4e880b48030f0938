"""The case book of nasty files: what each must come out as, or which words refuse it."""

import gzip
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline.sql.lineage import parse

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "extracts.yml").read_text(encoding="utf-8"))
DAY = date(2026, 11, 15)


def test_the_book_holds_eighty_cases_and_more() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_nasty_file_comes_out_as_the_book_says(case: dict[str, Any], session: DuckDBSession, tmp_path: Path) -> None:
    table = case_table(case)
    case_file(case, tmp_path)
    zone = LandingZone(tmp_path)
    if "refused_file" in case:
        with pytest.raises(ExtractError, match=case["refused_file"]):
            read_case(session, zone, table, tmp_path)
        return
    names, rows = read_case(session, zone, table, tmp_path)
    assert names == case.get("columns", list(table.columns))
    loaded = [[row[-5], *row[: len(names)]] for row in rows if row[-4] is None]
    assert loaded == [[line, *(None if cell is None else str(cell) for cell in cells)] for line, *cells in case["rows"]]
    refused = [[row[-5], row[-4]] for row in rows if row[-4] is not None]
    assert refused == case.get("refused", [])


def case_file(case: dict[str, Any], landing: Path) -> Path:
    """The case's file in a landing zone."""
    name = case.get("file", "x.txt")
    path = landing / "s" / DAY.isoformat() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_packed(_content(case), name, case))
    return path


def read_case(
    session: DuckDBSession, zone: LandingZone, table: Table, scratch: Path
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns, and rows in the order of their lines, of the one file there."""
    (file,) = zone.inspect(table, DAY)
    lines = zone.lines(session, table, file, "slot", scratch)
    session.stage("found", lines)
    order = ", ".join(f'"{name}"' for name in file.columns)
    asked = f"select {order}, _line, _reject_reason, _reject_text, _extract_date, _file from found order by _line"
    return list(file.columns), session.rows(parse(asked))


def case_table(case: dict[str, Any]) -> Table:
    """The configuration of the case's table."""
    extract = {
        "format": "csv",
        "path": "s/{date}/" + case.get("file", "x.txt"),
        "load": "append",
        **case.get("extract", {}),
    }
    columns = case.get("table", {"a": {}, "b": {}})
    return Table.model_validate({"extract": extract, "key": [next(iter(columns))], "columns": columns})


def _content(case: dict[str, Any]) -> bytes:
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    content = str(case["content"]) * case.get("times", 1)
    return content.encode(case.get("written_in", "utf-8"), "surrogateescape")


def _packed(content: bytes, name: str, case: dict[str, Any]) -> bytes:
    packed = content
    if name.endswith(".gz"):
        packed = gzip.compress(content)
    elif name.endswith(".zst"):
        packed = pa.compress(content, "zstd", asbytes=True)
    elif name.endswith(".zip"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for number in range(case.get("members", 1)):
                archive.writestr(f"part{number}.csv", content)
        packed = buffer.getvalue()
    return packed[: case.get("cut", len(packed))]
