"""Files of a deployment beside its landing zone and its warehouse: what they tell of a person goes.

What belongs here: searching files for values, and taking the values out of tables of text, SQLite files and
logs. What does not: which values are a person's.
"""

import csv
import mmap
import shutil
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick

ERASED = "[erased]"
SQLITE = b"SQLite format 3\0"
PIECE = 2**26
"""Bytes that a thread searches at once."""
SHORTEST = 6
"""Values of fewer characters say nothing: they stand in any file."""


def files_below(*folders: Path) -> list[Path]:
    """All files, sorted; links are not followed."""
    return sorted(p for folder in folders for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


class Search:
    """A search for any of many values at once (Aho and Corasick, 1975), in the bytes of files."""

    def __init__(self, values: Iterable[str]) -> None:
        wanted = sorted({value for value in values if len(value) >= SHORTEST})
        codes = {value.encode(codec) for value in wanted for codec in ("utf-8", "utf-16-le")}
        codes |= {value.encode("cp1252", "ignore") for value in wanted}
        self._automaton = BytesAhoCorasick(sorted(code for code in codes if len(code) >= SHORTEST))
        self._is_empty = not wanted
        self._longest = max((len(code) for code in codes), default=0)
        self.values = wanted

    def finds(self, path: Path) -> bool:
        """Whether any of the values stands in the file."""
        if self._is_empty or not path.stat().st_size:
            return False
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            pieces = range(0, len(content), PIECE)
            with ThreadPoolExecutor() as threads:
                return any(threads.map(lambda start: self._is_in(content, start), pieces))

    def _is_in(self, content: mmap.mmap, start: int) -> bool:
        """Whether one begins in the piece; the search lets other threads run."""
        with memoryview(content) as whole, whole[start : start + PIECE + self._longest] as piece:
            return bool(self._automaton.find_matches_as_indexes(piece))


def drop_rows(path: Path, cells: Collection[str], rows: Collection[tuple[str, ...]] = ()) -> int:
    """Take the records with such a cell (in small letters), or that are such a row, out of a CSV file; returns their number.

    The other records keep their bytes.
    """
    partial, dropped = path.with_name(f".{path.name}.partial"), 0
    with path.open(encoding="utf-8", newline="") as source, partial.open("w", encoding="utf-8", newline="") as target:
        shutil.copymode(path, partial)
        for record in _records(source):
            found = next(csv.reader([record]), [])
            if tuple(found) in rows or any(cell.strip().lower() in cells for cell in found):
                dropped += 1
            else:
                target.write(record)
    if dropped:
        partial.replace(path)
    partial.unlink(missing_ok=True)
    return dropped


def _records(source: Iterable[str]) -> Iterator[str]:
    """Records as they are written: lines, until their quotes are closed."""
    record = ""
    for line in source:
        record += line
        if record.count('"') % 2 == 0:
            yield record
            record = ""
    if record:
        yield record


def blot_out(path: Path, search: Search) -> None:
    """Put `[erased]` in the place of each value: in the texts of a SQLite file, or in a file of text."""
    with path.open("rb") as file:
        is_sqlite = file.read(len(SQLITE)) == SQLITE
    if is_sqlite:
        _blot_out_of_sqlite(path, search.values)
        return
    content = path.read_bytes()
    for value in sorted(search.values, key=len, reverse=True):
        content = content.replace(value.encode(), ERASED.encode())
    partial = path.with_name(f".{path.name}.partial")
    partial.touch(mode=0o600)
    partial.write_bytes(content)
    shutil.copymode(path, partial)
    partial.replace(path)


def _blot_out_of_sqlite(path: Path, values: list[str]) -> None:
    """Every column of text, then the file is written anew: SQLite too keeps what it deleted."""
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            for _, column, *_ in connection.execute("select * from pragma_table_info(?)", (table,)).fetchall():
                name, place = (part.replace('"', '""') for part in (table, column))
                for value in values:
                    connection.execute(
                        f'update "{name}" set "{place}" = replace("{place}", ?, ?) '
                        f'where typeof("{place}") = \'text\' and instr("{place}", ?) > 0',
                        (value, ERASED, value),
                    )
        connection.commit()
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
