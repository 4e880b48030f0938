"""Readers of delivered files, one module a format.

Each gives `header(path, table)`, the column names as delivered, and `lines(...)`, a query of every
delivered line: the columns as text, `_line` (from 1, as a text editor counts), and for a line that
can't be read `_reject_reason` with `_reject_text`, the line itself.
"""

import difflib
from pathlib import Path

from cdp_pipeline.config.sources import Table


class ExtractError(Exception):
    """An extract that can't be used at all; the message names file, place and remedy."""

    def __init__(self, path: Path, place: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}{':' + place if place else ''}: {problem}; {remedy}")


def require_content(path: Path) -> None:
    """Refuse an empty file."""
    if path.stat().st_size == 0:
        raise ExtractError(path, "", "the file is empty", "ask the source to deliver it again")


def require_columns(path: Path, place: str, found: list[str], table: Table) -> None:
    """Refuse a header that lacks configured columns, or repeats one.

    A file without a header has a person's data in its first line: only configured names, and names
    that look like a renamed one, are ever told.
    """
    configured = [name for name, column in table.columns.items() if not column.optional]
    missing = [name for name in configured if name not in found]
    if len(missing) == len(configured) and len(found) == 1 and table.extract.format == "csv":
        raise ExtractError(
            path,
            place,
            "no configured column found in the header, which is one single column",
            f"the delimiter {table.extract.delimiter!r} seems wrong; correct extract.delimiter of this table",
        )
    if missing and len(missing) == len(configured):
        raise ExtractError(
            path,
            place,
            f"none of the configured columns {missing} is among the {len(found)} of the header",
            "correct extract.header_row of this table (0 where the file has no header), or ask for a header",
        )
    if missing:
        renamed = [f"'{name}' may be called '{new}' now" for name in missing for new in _renamed(name, found, table)]
        raise ExtractError(
            path,
            place,
            f"the columns {missing} are missing among the {len(found)} of the header"
            + (f" ({'; '.join(renamed)})" if renamed else ""),
            "ask the source for them, correct their names, or mark them 'optional: true' where the table can do without",
        )
    known = [name.casefold() for name in found]
    twice = sorted({name for name in found if known.count(name.casefold()) > 1 and name in table.columns})
    if twice or len(set(known)) < len(known):
        problem = (
            f"the columns {twice} stand twice in the header" if twice else "two columns of the header have one name"
        )
        raise ExtractError(path, place, problem, "rename one of each (upper and lower case are not told apart)")
    taken = sorted({"_extract_date", "_file", "_line", "_reject_reason", "_reject_text"} & set(known))
    if taken:
        raise ExtractError(path, place, f"the columns {taken} have names that the raw table uses itself", "rename them")


def _renamed(name: str, found: list[str], table: Table) -> list[str]:
    """Columns beyond the configured ones whose name resembles a missing one's."""
    new = {other.casefold().replace(" ", "_").replace("-", "_"): other for other in found if other not in table.columns}
    return [new[match] for match in difflib.get_close_matches(name.casefold(), new, n=1, cutoff=0.6)]
