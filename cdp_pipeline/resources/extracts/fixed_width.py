"""Fixed width: each column a number of characters, in the configured order; blanks at its ends are padding."""

from itertools import accumulate
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.expressions import column, literal, named, null_as, text
from cdp_pipeline.resources.extracts.text import as_utf8
from cdp_pipeline.resources.extracts.textlines import stage_lines
from cdp_pipeline.resources.warehouse import Session


def header(path: Path, table: Table) -> list[str]:
    """The configured columns: the file itself has no names."""
    return list(table.columns)


def lines(session: Session, path: Path, table: Table, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All lines; one that is longer than the layout, or ends before the last column begins, is refused."""
    widths = [content.width or 0 for content in table.columns.values()]
    starts = [0, *accumulate(widths)]
    skip = table.extract.header_row
    stage_lines(session, as_utf8(path, table.extract, scratch), slot, skip, scratch)
    line = column("line")
    length = exp.func("length", exp.func("rtrim", line))
    fault = exp.Case(
        ifs=[
            exp.If(this=column("_fault").is_(exp.null()).not_(), true=column("_fault")),
            exp.If(
                this=exp.GT(this=length, expression=literal(starts[-1])),
                true=text(f"longer than the {starts[-1]} characters of the layout"),
            ),
            exp.If(
                this=exp.LTE(this=exp.func("length", line), expression=literal(starts[-2])),
                true=text(f"ends before the last column, which begins at character {starts[-2] + 1}"),
            ),
        ]
    )
    session.stage(
        f"{slot}_judged",
        exp.select(line, column("_line"), named(fault, "_reject_reason")).from_(slot).where("trim(line) <> ''"),
    )
    unread = column("_reject_reason").is_(exp.null()).not_()
    cells = [
        exp.func("nullif", exp.func("trim", exp.func("substring", line, literal(start + 1), literal(width))), text(""))
        for start, width in zip(starts, widths, strict=False)
    ]
    return exp.select(
        *(
            named(exp.If(this=unread, true=null_as("varchar"), false=cell), name)
            for name, cell in zip(names, cells, strict=True)
        ),
        column("_line"),
        column("_reject_reason"),
        named(exp.If(this=unread, true=line), "_reject_text"),
    ).from_(f"{slot}_judged")
