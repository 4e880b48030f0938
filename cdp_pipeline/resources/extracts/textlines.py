"""Text lines as rows, each as it stands: what the readers of JSON lines and fixed width build on."""

import mmap
from pathlib import Path

import duckdb
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, literal, named, table_function, texts
from cdp_pipeline.resources.extracts.text import MEGABYTE, count_marks, undecodable, without_line_end
from cdp_pipeline.resources.warehouse import Session

NEVER_IN_TEXT = tuple(chr(code).encode() for code in (1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 17, 18))


def stage_lines(session: Session, plain: Path, slot: str, skip: int, scratch: Path) -> None:
    """`slot` (line, _line, _fault): every line of a UTF-8 file after the first `skip`; blank ones are null."""
    faults: list[tuple[int, str]] = []
    if not _staged_whole(session, plain, slot, skip):
        repaired = scratch / f"{slot}.lines"
        faults = _repair(plain, repaired)
        if not _staged_whole(session, repaired, slot, skip):
            raise AssertionError(f"lines of {slot} do not add up to their file")  # a defect of ours, not of the file
    session.stage_rows(f"{slot}_faults", {"_line": "bigint", "_fault": "varchar"}, faults)
    numbered = exp.select(column("line"), named(_number(skip), "_line")).from_(slot).subquery("numbered")
    joined = exp.select("numbered.line", "numbered._line", "found._fault").from_(numbered)
    on = exp.EQ(this=column("_line", "numbered"), expression=column("_line", "found"))
    session.stage(slot, joined.join(f"{slot}_faults AS found", on=on, join_type="left"))


def _number(skip: int) -> exp.Expr:
    return exp.Add(this=column("rowid"), expression=literal(1 + skip))


def _staged_whole(session: Session, plain: Path, slot: str, skip: int) -> bool:
    """Whether DuckDB's rows account for every byte of the file."""
    if not plain.stat().st_size:
        session.stage_rows(slot, {"line": "varchar"}, [])
        return True
    with plain.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        delimiter = next((mark for mark in NEVER_IN_TEXT if content.find(mark) < 0), None)
    marks = count_marks(plain, skip + 1)
    if delimiter is None or marks is None:
        return False
    reader = table_function(
        "read_csv",
        str(plain),
        columns=texts({"line": "varchar"}),
        auto_detect=False,
        header=False,
        skip=skip,
        delim=delimiter.decode(),
        quote="",
        escape="",
        max_line_size=16 * MEGABYTE,
    )
    try:
        session.stage(slot, exp.select(column("line")).from_(reader))
    except duckdb.Error:
        return False
    rows, taken = session.rows(exp.select("count(*)", "coalesce(sum(strlen(line)), 0)").from_(slot))[0]
    return bool(rows == marks.lines and taken + marks.line_ends == marks.size)


def _repair(plain: Path, repaired: Path) -> list[tuple[int, str]]:
    """A copy with one line end and each undecodable line spelt out; their numbers, with what is wrong."""
    faults = []
    with plain.open("rb") as source, repaired.open("wb") as target:
        for number, line in enumerate(source, start=1):
            text = without_line_end(line)
            fault = undecodable(text)
            if fault:
                faults.append((number, fault))
            if fault or b"\r" in text or any(mark in text for mark in NEVER_IN_TEXT):
                text = "".join(
                    c if c.isprintable() else f"\\x{ord(c):02x}" for c in text.decode("utf-8", "backslashreplace")
                ).encode()
                if not fault:
                    faults.append((number, "a control character"))
            target.write(text + b"\n")
    return faults
