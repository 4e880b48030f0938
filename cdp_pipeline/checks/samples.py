"""A few of the rows that fail an expectation, without a value that could tell whose they are.

What belongs here: which values may be seen. What does not: how the rows are found (`checks.gx_duckdb`).
"""

import json
import re
from collections.abc import Mapping, Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError

from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, macro, named, table
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.lineage import Schema, column_lineage, parse, tables_read

FAILING = "failing_rows"
WHOLE_ROW = "_whole_row"
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


Origins = Mapping[str, Sequence[tuple[str, str]]]
"""The columns that each column of a query comes from, as (table, column), by its name in small letters."""


def masked_sample(session: Session, query: str, sidecar: Sidecar, most: int, stands: str = "") -> str | None:
    """At most so many rows of a query as a JSON list of objects; None where there are none.

    Numbers and days are shown where they come from columns of the table itself (which `stands` under this name)
    that tell of nobody, or count rows, or are amounts; words of the configuration and places of lines where they
    come from columns of that name. Of all texts, of all ids and of all else the pattern alone (9 for a digit, A
    and a for letters): a text column may hold what belongs into another one.
    """
    found = parse(query.strip().rstrip(";"))
    assert isinstance(found, exp.Query)
    if isinstance(found, exp.Select):
        found = found.select(*{part.alias_or_name.lower(): part for part in found.selects}.values(), append=False)
    whole_row = named(exp.cast(exp.column("found"), "varchar"), WHOLE_ROW)
    rows = exp.select("found.*", whole_row).from_(found.subquery("found"))
    session.stage(FAILING, rows.order_by(column(WHOLE_ROW)).limit(most))
    types = {name: kind for name, kind in session.columns(FAILING).items() if name != WHOLE_ROW}
    origins = _origins(session, found)
    counts = {part.alias_or_name for part in found.selects if isinstance(part.unalias(), exp.Count)}
    shown = [
        named(
            exp.cast(column(name), "varchar")
            if name in counts or _tells_nobody(name, kind, origins, sidecar, stands)
            else macro("pattern_of", exp.cast(column(name), "varchar")),
            name,
        )
        for name, kind in types.items()
    ]
    listed = session.rows(exp.select(*shown).from_(table(FAILING)).order_by(column(WHOLE_ROW)))
    return json.dumps([dict(zip(types, row, strict=True)) for row in listed], ensure_ascii=False) if listed else None


def _origins(session: Session, query: exp.Query) -> Origins | None:
    """Where the query's columns come from; None where that can't be told."""
    schema: Schema = {}
    for name in tables_read(query):
        layer, _, plain = name.partition(".")
        schema.setdefault(layer, {})[plain] = session.columns(name)
    try:
        return {name.lower(): found for name, found in column_lineage(query, schema).items()}
    except SqlglotError:
        return None


def _tells_nobody(name: str, kind: str, origins: Origins | None, sidecar: Sidecar, stands: str) -> bool:
    plain = REPEATED.sub("", name)
    known = sidecar.columns.get(plain)
    if origins is None or (known is not None and known.privacy != "none"):
        return False
    places = origins.get(name.lower(), ())
    if plain in (*PLACES, *CONFIGURED):
        return all(origin == plain for _, origin in places)
    is_id = plain in sidecar.key or plain.endswith("_id")
    if is_id or not kind.startswith(NO_TEXT):
        return False
    return kind.startswith("DECIMAL") or all(_is_harmless(*place, sidecar, stands) for place in places)


def _is_harmless(origin_table: str, origin: str, sidecar: Sidecar, stands: str) -> bool:
    known = next((content for name, content in sidecar.columns.items() if name.lower() == origin.lower()), None)
    return (
        origin_table == stands.lower() and known is not None and known.privacy == "none" and origin not in sidecar.key
    )
