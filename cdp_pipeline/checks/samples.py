"""A few of the rows that fail an expectation, without a value that could tell whose they are.

What belongs here: which values may be seen. What does not: how the rows are found (`checks.gx_duckdb`).
"""

import json
import re

from sqlglot import exp

from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, macro, named, table
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.lineage import parse

FAILING = "failing_rows"
PLACES = ("_file", "_line", "_extract_date")
"""Where a delivered line stands: never masked, so that whoever may open the file finds it."""
CONFIGURED = ("source", "source_table", "segment", "destination")
"""Columns of names that stand in seeds/."""
NO_TEXT = (
    "BIGINT",
    "INTEGER",
    "SMALLINT",
    "TINYINT",
    "HUGEINT",
    "DOUBLE",
    "FLOAT",
    "BOOLEAN",
    "DECIMAL",
    "DATE",
    "TIME",
)
REPEATED = re.compile(r"__[0-9]+$")
"""What a column's name ends in that a query selects twice."""


def masked_sample(session: Session, query: str, sidecar: Sidecar, most: int) -> str | None:
    """At most so many rows of a query as a JSON list of objects; None where there are none.

    Numbers, days and words of the configuration are shown where their column tells of nobody; of all texts, of
    all ids and of all else the pattern alone (9 for a digit, A and a for letters): a text column may hold what
    belongs into another one.
    """
    found = parse(query.strip().rstrip(";"))
    assert isinstance(found, exp.Query)
    rows = exp.select(exp.Star()).from_(found.subquery("found"))
    whole_row = exp.cast(exp.column("found"), "varchar")
    session.stage(FAILING, rows.order_by(whole_row).limit(most))
    types = session.columns(FAILING)
    shown = [named(_shown(name, kind, sidecar), name) for name, kind in types.items()]
    listed = session.rows(exp.select(*shown).from_(table(FAILING)).order_by(exp.cast(exp.column(FAILING), "varchar")))
    return json.dumps([dict(zip(types, row, strict=True)) for row in listed], ensure_ascii=False) if listed else None


def _shown(name: str, kind: str, sidecar: Sidecar) -> exp.Expr:
    value = exp.cast(column(name), "varchar")
    plain = REPEATED.sub("", name)
    known = sidecar.columns.get(plain)
    is_id = plain in sidecar.key or plain.endswith("_id")
    tells_nobody = (known is None or known.privacy == "none") and not is_id and kind.startswith(NO_TEXT)
    return value if plain in (*PLACES, *CONFIGURED) or tells_nobody else macro("pattern_of", value)
