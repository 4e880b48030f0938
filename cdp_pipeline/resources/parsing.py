"""Parsing by library what SQL can't: each distinct value once, in batches.

What belongs here: asking for the values that a table of parsed values lacks, and adding them. What does
not: what a telephone number or an address is (`domain.standardisation`).
"""

import pyarrow as pa
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, table
from cdp_pipeline.domain.standardisation import line_type, parse_email, parse_phone
from cdp_pipeline.resources.warehouse import Session

ASKED = ("kind", "value", "region")


def parse_new(session: Session, asked: exp.Select, known: str) -> int:
    """Parse the values of `asked` (kind, value, region) that the table `known` lacks, and add them; returns their number."""
    same = [exp.EQ(this=column(part, "known"), expression=column(part, "asked")) for part in ASKED]
    listed = exp.select("1").from_(exp.alias_(table(known), "known", table=True))
    new = exp.select(*ASKED).from_(asked.subquery("asked")).where(exp.Exists(this=listed.where(*same)).not_())
    return session.append_mapped(known, new, parsed)


def parsed(batch: pa.Table) -> pa.Table:
    """The rows (kind, value, region) with the form of each value, null for one that is none, and the line of a number."""
    kinds, values, regions = (batch.column(name).to_pylist() for name in ASKED)
    forms = [_parse(*row) for row in zip(kinds, values, regions, strict=True)]
    lines = [line_type(form) if form and kind == "phone" else None for kind, form in zip(kinds, forms, strict=True)]
    return batch.append_column("parsed", pa.array(forms, pa.string())).append_column(
        "line_type", pa.array(lines, pa.string())
    )


def _parse(kind: str, value: str, region: str) -> str | None:
    return parse_phone(value, region) if kind == "phone" else parse_email(value)
