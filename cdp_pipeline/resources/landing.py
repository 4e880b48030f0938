"""The landing zone: which files a table received for a day, and whether they can be read.

What belongs here: finding files, refusing unusable ones, turning each into a query of its lines, emptying
records of the erased. What does not: the formats (`resources.extracts`) and what the columns mean.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from types import ModuleType

import duckdb
from pyarrow import ArrowException
from python_calamine import CalamineError
from sqlglot import exp

from cdp_pipeline.config.sources import LINE_COLUMNS, REJECT_COLUMNS, Extract, Table
from cdp_pipeline.domain.expressions import column, literal, named, null_as, text
from cdp_pipeline.resources.extracts import (
    ExtractError,
    csv,
    excel,
    fixed_width,
    jsonl,
    parquet,
    require_columns,
    require_content,
)
from cdp_pipeline.resources.extracts.emptied import empty_records
from cdp_pipeline.resources.extracts.text import verify
from cdp_pipeline.resources.warehouse import Reader, Session

FORMATS: dict[str, ModuleType] = {
    "csv": csv,
    "jsonl": jsonl,
    "json": jsonl,
    "parquet": parquet,
    "excel": excel,
    "fixed_width": fixed_width,
}
EMPTIED = ".emptied.json"


@dataclass(frozen=True)
class DeliveredFile:
    """One file of one table and day."""

    path: Path
    day: date
    columns: tuple[str, ...]


class LandingZone:
    """The folder `data/landing/`; only erasure changes it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def paths(self, extract: Extract, day: date) -> list[Path]:
        """Files of a table for a day, sorted by name; none where nothing was delivered."""
        return sorted(p for p in self._root.glob(extract.path.replace("{date}", day.isoformat())) if p.is_file())

    def days(self, extract: Extract) -> dict[date, list[Path]]:
        """Days that files of a table lie there for, with the files, sorted."""
        before, after = extract.path.split("{date}", 1)
        dated = re.compile(_pattern(before) + r"(\d{4}-\d{2}-\d{2})" + _pattern(after))
        found: dict[date, list[Path]] = {}
        for path in sorted(self._root.glob(extract.path.replace("{date}", "*"))):
            match = dated.fullmatch(self.name(path))
            if match and path.is_file():
                with suppress(ValueError):  # a folder such as 2026-02-30 is no day
                    found.setdefault(date.fromisoformat(match.group(1)), []).append(path)
        return found

    def name(self, path: Path) -> str:
        """The file's name below the landing folder, as `_file` has it."""
        return str(path.relative_to(self._root))

    def path(self, name: str) -> Path:
        """The file of a name below the landing folder."""
        return self._root / name

    def inspect(self, table: Table, day: date) -> Iterator[DeliveredFile]:
        """Each file of a day, its header checked; raises ExtractError for one that can't be used."""
        for path in self.paths(table.extract, day):
            require_content(path)
            verify(path, table.extract)
            columns = _header(path, table)
            place = str(table.extract.header_row) if table.extract.format in {"csv", "excel"} else ""
            require_columns(path, place, columns, table)
            yield DeliveredFile(path, day, tuple(columns))

    def lines(self, session: Session, table: Table, file: DeliveredFile, slot: str, scratch: Path) -> exp.Query:
        """All lines of a file with `_extract_date`, `_file`, `_line`, `_reject_reason`, `_reject_text`.

        Temporary tables that the query needs begin with `slot`.
        """
        reader = FORMATS[table.extract.format]
        content = reader.lines(session, file.path, table, list(file.columns), slot, scratch)
        query: exp.Query = exp.select(
            exp.Star(), named(literal(file.day), "_extract_date"), named(text(self.name(file.path)), "_file")
        ).from_(content.subquery("delivered"))
        return query

    def reader(self, table: Table, file: DeliveredFile, slot: str, wanted: tuple[str, ...]) -> Reader:
        """Gives the wanted columns of a file's lines, and null for those that it lacks."""
        return partial(self._read, table, file, slot, wanted)

    def _read(
        self, table: Table, file: DeliveredFile, slot: str, wanted: tuple[str, ...], session: Session, scratch: Path
    ) -> exp.Query:
        known = {*file.columns, *LINE_COLUMNS, *REJECT_COLUMNS}
        cells = [column(name) if name in known else named(null_as("varchar"), name) for name in wanted]
        return exp.select(*cells).from_(self.lines(session, table, file, slot, scratch).subquery("lines"))

    def empty(self, path: Path, table: Table, records: Iterable[tuple[int, int | None]]) -> None:
        """Empty records of a file, and note it: nothing new was delivered (`emptied`)."""
        before, ledger, name = digest(path), self.emptied(), self.name(path)
        empty_records(path, table, records)
        known = ledger.get(name, [])
        ledger[name] = [*(known if known[-1:] == [before] else [before]), digest(path)]
        partial = self._root / f"{EMPTIED}.partial"
        partial.write_text(json.dumps(dict(sorted(ledger.items())), indent=0), encoding="utf-8")
        partial.replace(self._root / EMPTIED)

    def emptied(self) -> dict[str, list[str]]:
        """Digests of each file whose records were emptied: as delivered, then after each time."""
        path = self._root / EMPTIED
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _header(path: Path, table: Table) -> list[str]:
    """Column names; whatever a library says of a broken file becomes an error that names the file and no value."""
    try:
        columns: list[str] = FORMATS[table.extract.format].header(path, table)
    except (duckdb.Error, ArrowException, CalamineError, OSError, UnicodeError) as error:
        raise ExtractError(
            path, "", f"can't be read as {table.extract.format} ({type(error).__name__})", "ask for it again"
        ) from None
    return columns


def _pattern(glob: str) -> str:
    """The part of a path pattern as a regular expression, within one folder."""
    return re.escape(glob.replace("{date}", "*")).replace(r"\*", "[^/]*")


def digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
