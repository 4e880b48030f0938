"""What each source delivers, column by column: the measures of one delivered table as two SELECTs.

What belongs here: the measures and how they are compiled. What does not: putting them together
(`assets.quality.source_audit`). No measure holds a value that identifies a person: patterns stand for
values, and least and greatest values are given of impersonal numbers and moments only.
"""

from sqlglot import exp

from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.expressions import column, literal, macro, named, null_as, table

SAMPLED_LINES = 2_000
MEASURED = ("integer", "decimal", "timestamp", "boolean")
"""Types of which values are given: a text may hold what belongs into another column."""


def measures_select(name: str, definition: Table) -> exp.Select:
    """One row: rows, newest day, and for each column filled, distinct (estimated), least and greatest value."""
    measures = [exp.func("count", exp.Star()), exp.Max(this=column("_extract_date"))]
    for part, content in definition.columns.items():
        filled = exp.func("count", column(part))
        is_impersonal = content.privacy_class == "none" and content.type in MEASURED
        measures += [
            filled,
            exp.func("least", exp.func("approx_count_distinct", column(part)), filled.copy()),
            exp.cast(exp.Min(this=column(part)), "varchar") if is_impersonal else null_as("varchar"),
            exp.cast(exp.Max(this=column(part)), "varchar") if is_impersonal else null_as("varchar"),
        ]
    selected = (named(value, f"m{place}") for place, value in enumerate(measures))
    return exp.select(*selected).from_(table(f"staging.{name}"))


def patterns_select(name: str, definition: Table) -> exp.Select:
    """The patterns of all columns, of the first lines of the newest extracts."""
    newest = exp.select(exp.Max(this=column("_extract_date"))).from_(table(f"raw.{name}"))
    return (
        exp.select(*(named(macro("pattern_of", column(part)), part) for part in definition.columns))
        .from_(table(f"raw.{name}"))
        .where(
            exp.LTE(this=column("_line"), expression=literal(SAMPLED_LINES)),
            exp.EQ(this=column("_extract_date"), expression=newest.subquery()),
        )
    )
