"""Readers of delivered files, one module a format.

Each gives `header(path, extract)`, the column names as delivered, and `lines(...)`, a query of every
delivered line: the columns as text, `_line` (from 1, as a text editor counts), and for a line that
can't be read `_reject_reason` with `_reject_text`, the line itself.
"""

from pathlib import Path

from cdp_pipeline.config.sources import Extract


class ExtractError(Exception):
    """An extract that can't be used at all; the message names file, place and remedy."""

    def __init__(self, path: Path, place: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}{':' + place if place else ''}: {problem}; {remedy}")


def require_content(path: Path) -> None:
    """Refuse an empty file."""
    if path.stat().st_size == 0:
        raise ExtractError(path, "", "the file is empty", "ask the source to deliver it again")


def require_columns(path: Path, place: str, found: list[str], expected: list[str], extract: Extract) -> None:
    """Refuse a header that lacks configured columns, or repeats one."""
    missing = [name for name in expected if name not in found]
    if len(missing) == len(expected) and len(found) == 1 and extract.format == "csv":
        raise ExtractError(
            path,
            place,
            f"no configured column found in the header {found[0][:80]!r}",
            f"the delimiter {extract.delimiter!r} seems wrong; correct extract.delimiter of this table",
        )
    if missing:
        raise ExtractError(
            path,
            place,
            f"the columns {missing} are missing; found {found}",
            "ask the source for them, or mark them 'optional: true' where the table can do without",
        )
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise ExtractError(path, place, f"the columns {twice} stand twice in the header", "rename one of each")
