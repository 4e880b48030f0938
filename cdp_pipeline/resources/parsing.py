"""Parsing by library what SQL can't: each distinct value once, in batches.

What belongs here: asking for the values that a table of parsed values lacks, and adding them. What does
not: what a telephone number or an address is (`domain.standardisation`).
"""

import pyarrow as pa
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, literal, named, table
from cdp_pipeline.domain.standardisation import parse_email, parse_phone
from cdp_pipeline.resources.warehouse import Session

BATCH = 100_000


def parse_new(session: Session, asked: exp.Select, known: str) -> int:
    """Parse the values of `asked` (kind, value, region) that the table `known` lacks, and add them; returns their number."""
    same = [
        exp.EQ(this=column(part, "known"), expression=column(part, "asked")) for part in ("kind", "value", "region")
    ]
    listed = exp.select("1").from_(exp.alias_(table(known), "known", table=True))
    new = exp.select("*").from_(asked.subquery("asked")).where(exp.Exists(this=listed.where(*same)).not_())
    numbered = exp.select("*", named(exp.Window(this=exp.func("row_number")), "_no"))
    session.stage("unparsed", numbered.from_(new.subquery("new")))
    total = int(session.rows(exp.select("count(*)").from_("unparsed"))[0][0])
    for start in range(0, total, BATCH):
        within = exp.Between(this=column("_no"), low=literal(start + 1), high=literal(start + BATCH))
        batch = session.arrays(exp.select("kind", "value", "region").from_("unparsed").where(within))
        content = {name: pa.array(batch[name], pa.string()) for name in ("kind", "value", "region")}
        forms = [_parse(*row) for row in zip(batch["kind"], batch["value"], batch["region"], strict=True)]
        session.stage_arrow("parsed", pa.table({**content, "parsed": pa.array(forms, pa.string())}))
        session.append(known, exp.select("*").from_("parsed"))
    return total


def _parse(kind: str, value: str, region: str) -> str | None:
    return parse_phone(value, region) if kind == "phone" else parse_email(value)
