"""Files of a deployment beside its landing zone and its warehouse: what they tell of a person goes.

What belongs here: searching files for values, and taking the values out of tables of text, SQLite files and
logs. What does not: which values are a person's.
"""

import csv
import functools
import json
import mmap
import re
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ahocorasick_rs import BytesAhoCorasick

ERASED = "[erased]"
SQLITE = b"SQLite format 3\0"
PACKED = (".duckdb", ".parquet")
BEFORE = rb"(?<![A-Za-z0-9_@+-])(?<![A-Za-z0-9_+-]\.)(?<![A-Za-z0-9_@+.-]\x00)"
AFTER = rb"(?![A-Za-z0-9_@])(?!\.[A-Za-z0-9])(?!\x00[A-Za-z0-9_@])"
"""What a value by itself does not follow, and what does not follow it: more of a word, an address or a domain.

In UTF-16 a zero stands between two letters.
"""
CONTEXT = 4
"""Bytes around a value that `BEFORE` and `AFTER` look at."""
PIECE = 2**26
"""Bytes that a thread searches at once."""
SHORTEST = 6
"""Values of fewer characters say nothing: they stand in any file."""


def files_below(*folders: Path) -> list[Path]:
    """All files, sorted; links are not followed."""
    return sorted(p for folder in folders for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


class Search:
    """A search for any of many values at once (Aho and Corasick, 1975), in the bytes of files.

    A value is told where it stands by itself: `anna@example.org` is not found in `joanna@example.org`, nor
    `accounts:1` in `accounts:10`. In files that keep texts without anything between them (`PACKED`) nobody
    can tell; there the values that others' `contain` are not looked for.
    """

    def __init__(self, values: Iterable[str], contained: Collection[str] = ()) -> None:
        self.values = sorted({value for value in values if len(value) >= SHORTEST})
        self._apart = _Automaton(self.values)
        self._packed = _Automaton([value for value in self.values if value not in contained])

    def finds(self, path: Path) -> bool:
        """Whether any of the values stands in the file."""
        is_packed = path.suffix in PACKED
        automaton = self._packed if is_packed else self._apart
        if not automaton.codes or not path.stat().st_size:
            return False
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            ThreadPoolExecutor() as threads,
        ):
            is_sqlite = content[: len(SQLITE)] == SQLITE
            by_itself = not (is_packed or is_sqlite)
            pieces = range(0, len(content), PIECE)
            is_found = any(threads.map(lambda start: automaton.is_in(content, start, by_itself), pieces))
        return is_found and (not is_sqlite or _tells(path, self))

    def without(self, content: bytes) -> bytes:
        """The content with `[erased]` in the place of each value."""
        return self._apart.pattern.sub(ERASED.encode(), content) if self.values else content


class _Automaton:
    def __init__(self, values: list[str]) -> None:
        coded = {value.encode(codec) for value in values for codec in ("utf-8", "utf-16-le")}
        coded |= {value.encode("cp1252", "ignore") for value in values}
        self.codes = sorted(code for code in coded if len(code) >= SHORTEST)
        self._longest = max((len(code) for code in self.codes), default=0)
        self._found = BytesAhoCorasick(self.codes)

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """The values where they stand by themselves, the longest first."""
        longest_first = sorted(self.codes, key=len, reverse=True)
        return re.compile(BEFORE + b"(?:" + b"|".join(map(re.escape, longest_first)) + b")" + AFTER)

    def is_in(self, content: mmap.mmap, start: int, by_itself: bool) -> bool:
        """Whether one begins in the piece; the search lets other threads run."""
        with memoryview(content) as whole, whole[start : start + PIECE + self._longest] as piece:
            if not self._found.find_matches_as_indexes(piece):
                return False
        if not by_itself:
            return True
        around = content[max(0, start - CONTEXT) : start + PIECE + self._longest + CONTEXT]
        return self.pattern.search(around) is not None


def drop_rows(path: Path, cells: Collection[str]) -> int:
    """Take the records with such a cell (in small letters) out of a CSV, JSON lines or Parquet file; returns their number.

    The other records keep their bytes; those of Parquet their values.
    """
    partial = path.with_name(f".{path.name}.partial")
    dropped = ROW_FILES[path.suffix](path, partial, cells)
    if dropped:
        shutil.copymode(path, partial)
        partial.replace(path)
    partial.unlink(missing_ok=True)
    return dropped


def _drop_texts(path: Path, partial: Path, cells: Collection[str], read: Callable[[str], Iterable[Any]]) -> int:
    """Records of text whose cells `read` gives."""
    dropped = 0
    partial.touch(mode=0o600)
    with path.open(encoding="utf-8", newline="") as source, partial.open("w", encoding="utf-8", newline="") as target:
        for record in _records(source) if path.suffix == ".csv" else source:
            if any(isinstance(cell, str) and cell.strip().lower() in cells for cell in read(record)):
                dropped += 1
            else:
                target.write(record)
    return dropped


def _cells_of_line(record: str) -> Iterator[Any]:
    return iter(next(csv.reader([record]), []))


def _cells_of_document(record: str) -> Iterator[Any]:
    waiting: list[Any] = [json.loads(record)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
        else:
            yield value


def _drop_columnar(path: Path, partial: Path, cells: Collection[str]) -> int:
    dropped = 0
    listed = pa.array(sorted(cells), pa.string())
    partial.touch(mode=0o600)
    with pq.ParquetFile(path) as source, pq.ParquetWriter(partial, source.schema_arrow) as target:
        for batch in source.iter_batches():
            texts = [column for column in batch.columns if pa.types.is_string(column.type)]
            found = [pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)), listed) for column in texts]
            mine = functools.reduce(pc.or_, found) if found else pa.array([False] * len(batch))
            dropped += pc.sum(mine).as_py() or 0
            target.write_batch(batch.filter(pc.invert(mine)))
    return dropped


ROW_FILES: dict[str, Callable[[Path, Path, Collection[str]], int]] = {
    ".csv": functools.partial(_drop_texts, read=_cells_of_line),
    ".jsonl": functools.partial(_drop_texts, read=_cells_of_document),
    ".parquet": _drop_columnar,
}
"""How records are taken out of a file, by its suffix."""


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
        _blot_out_of_sqlite(path, search)
        return
    content = search.without(path.read_bytes())
    partial = path.with_name(f".{path.name}.partial")
    partial.touch(mode=0o600)
    partial.write_bytes(content)
    shutil.copymode(path, partial)
    partial.replace(path)


def _tells(path: Path, search: Search) -> bool:
    """Whether a text of a SQLite file, or what was deleted of it, holds a value."""
    with closing(_opened(path, search)) as connection:
        told = (f"select 1 from {table} where {tells} limit 1" for table, _, tells in _columns(connection))
        deleted = connection.execute("select freelist_count from pragma_freelist_count").fetchall() != [(0,)]
        return deleted or any(connection.execute(asked).fetchall() for asked in told)


def _opened(path: Path, search: Search) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60)
    connection.create_function("blotted", 1, lambda told: search.without(told.encode()).decode())
    return connection


def _columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Table and column, quoted, and the condition that its text holds a value."""
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
        for _, column, *_ in connection.execute("select * from pragma_table_info(?)", (table,)).fetchall():
            name, place = (f'"{part}"' for part in (table.replace('"', '""'), column.replace('"', '""')))
            yield name, place, f"typeof({place}) = 'text' and blotted({place}) <> {place}"


def _blot_out_of_sqlite(path: Path, search: Search) -> None:
    """Every column of text, then the file is written anew: SQLite too keeps what it deleted."""
    with closing(_opened(path, search)) as connection:
        for table, column, tells in _columns(connection):
            connection.execute(f"update {table} set {column} = blotted({column}) where {tells}")
        connection.commit()
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
