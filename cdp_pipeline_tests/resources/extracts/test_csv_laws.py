"""Laws of the CSV reader, on random tables in random dialects: the same cells come back, and damage never spreads."""

import csv
import io
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.landing import LandingZone

DAY = date(2026, 11, 15)
Row = tuple[str | None, ...]
LAWS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
    database=None,
)


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    quote: str
    line_end: str
    encoding: str
    eager: bool

    def line(self, cells: Row) -> str:
        return self.delimiter.join(self._cell(cell or "") for cell in cells) + self.line_end

    def _cell(self, cell: str) -> str:
        special = any(mark in cell for mark in (self.delimiter, self.quote, "\n", "\r"))
        if special or (self.eager and cell):
            return self.quote + cell.replace(self.quote, self.quote * 2) + self.quote
        return cell


dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quote=st.sampled_from(['"', "'"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16-le"]),
    eager=st.booleans(),
)
cells = st.text(alphabet="ab 0,;|\"'é\t\n", max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    width = draw(st.integers(2, 4))
    rows = draw(st.lists(st.tuples(*[cells] * width), min_size=1, max_size=8))
    return [tuple(cell or None for cell in row) for row in rows if any(cell.strip() for cell in row)] or [
        ("a",) * width
    ]


def _read(session: DuckDBSession, content: bytes, dialect: Dialect, width: int) -> tuple[list[Row], int]:
    names = [f"c{place}" for place in range(width)]
    extract = {
        "format": "csv",
        "path": "{date}.csv",
        "load": "append",
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "encoding": dialect.encoding,
    }
    table = Table.model_validate({"extract": extract, "key": ["c0"], "columns": {name: {} for name in names}})
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{DAY}.csv").write_bytes(content)
        zone = LandingZone(Path(folder))
        (file,) = zone.inspect(table, DAY)
        session.stage("found", zone.lines(session, table, file, "slot", Path(folder)))
        rows = session._connection.execute("from found order by _line").fetchall()
    read = [tuple(row[:width]) for row in rows if row[width + 1] is None]
    return read, len(rows) - len(read)


@given(table=tables(), dialect=dialects)
@LAWS
def test_what_is_written_is_read(session: DuckDBSession, table: list[Row], dialect: Dialect) -> None:
    header = dialect.line(tuple(f"c{place}" for place in range(len(table[0]))))
    content = (header + "".join(dialect.line(row) for row in table)).encode(dialect.encoding)
    assert _read(session, content, dialect, len(table[0])) == (table, 0)


@given(table=tables(), dialect=dialects, data=st.data())
@LAWS
def test_damage_changes_its_own_line_only(
    session: DuckDBSession, table: list[Row], dialect: Dialect, data: st.DataObject
) -> None:
    dialect = Dialect(dialect.delimiter, dialect.quote, dialect.line_end, "utf-8", dialect.eager)
    header = dialect.line(tuple(f"c{place}" for place in range(len(table[0])))).encode()
    written = [dialect.line(row).encode() for row in table]
    place = data.draw(st.integers(0, sum(map(len, written)) - 1))
    byte = data.draw(st.sampled_from([b"x", b'"', b"'", b",", b";", b"\xff", b"\0", b" "]))
    body = b"".join(written)
    content = header + body[:place] + byte + body[place + 1 :]
    read, refused = _read(session, content, dialect, len(table[0]))
    ends = [sum(map(len, written[: number + 1])) for number in range(len(written))]
    hit = next(number for number, end in enumerate(ends) if place < end)
    touched = set(range(hit, hit + 2)) if place >= ends[hit] - len(dialect.line_end) else {hit}
    strangers = Counter(read) - Counter(table)
    lost = Counter(row for number, row in enumerate(table) if number not in touched) - Counter(read)
    stayed = strangers.total() <= len(touched) and lost.total() <= refused
    assert stayed or _is_a_regular_file(content, dialect, len(table[0])), (read, table)


def _is_a_regular_file(content: bytes, dialect: Dialect, width: int) -> bool:
    """Damage may make another file that is right in itself: nobody can tell it from one that was meant so."""
    text = io.StringIO(content.decode("utf-8", "replace"), newline="")
    try:
        return all(
            len(row) in (0, width)
            for row in csv.reader(text, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
        )
    except csv.Error:
        return False
