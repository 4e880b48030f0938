"""What a segment asks for that no row of the day has: it is no fault, and yet finds nobody (no table).

What belongs here: scores of models that are not published, and articles and categories that nobody sells.
"""

from collections.abc import Iterator

from sqlglot import exp

from cdp_pipeline.config.base import nearest
from cdp_pipeline.config.segments import Property, Segment
from cdp_pipeline.domain.expressions import column
from cdp_pipeline.domain.segment_vocabulary import SCORE_FIELDS, SCORES
from cdp_pipeline.resources.warehouse import Session

PRODUCTS = "unified.products"


def silent_names(session: Session, segment: Segment) -> Iterator[str]:
    """Sentences, as of the newest day in `run_days`."""
    asked = {rule.field for _, rule in segment.leaves() if isinstance(rule, Property)}
    asked |= {segment.limit.by} if segment.limit else set()
    models = {field: SCORE_FIELDS[field][0] for field in sorted(asked & set(SCORE_FIELDS))}
    published = _values(session, SCORES, "model", "as_of_day = (select max(day) from run_days)") if models else set()
    for field, model in models.items():
        if model not in published:
            yield f"'{field}' is of the model {model}, which is not published: nobody has a value"
    if segment.promotes is None:
        return
    for name, values, what in (
        ("sku", segment.promotes.skus, "article"),
        ("category", segment.promotes.categories, "category"),
    ):
        known = _values(session, PRODUCTS, name) if values else set()
        for value in values:
            if value not in known:
                yield f"promotes: no {what} '{value}' is known{nearest(value, sorted(known), before='; ')}"


def _values(session: Session, table: str, name: str, where: str | None = None) -> set[str]:
    if not session.columns(table):
        return set()
    query = exp.select(column(name)).distinct().from_(table)
    return {str(row[0]) for row in session.rows(query.where(where) if where else query)}
