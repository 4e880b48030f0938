"""Reading `.sql` files: one SELECT, or several named ones for a table that Python builds."""

import re
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.sql.lineage import parse

MARKER = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def beside(module: str, **given: exp.Query) -> exp.Select:
    """The SELECT of the `.sql` file beside a module (`__file__`), with the CTEs that configuration gives put first."""
    query = parse(Path(module).with_suffix(".sql").read_text(encoding="utf-8"))
    assert isinstance(query, exp.Query)
    return over(query, **given)


def over(query: exp.Query, **given: exp.Query) -> exp.Select:
    """A copy of the query with these CTEs put first, so that its own may read them."""
    query = query.copy()
    assert isinstance(query, exp.Select)
    own = query.ctes
    if own:
        query.args["with_"].set("expressions", [])
    for name, content in given.items():
        query = query.with_(name, content.copy(), copy=False)
    for cte in own:
        query = query.with_(cte.alias, cte.this, copy=False)
    return query


def named_beside(module: str) -> dict[str, exp.Query]:
    """The SELECTs of the `.sql` file beside a module, each after a line `-- name: …`."""
    _, *parts = MARKER.split(Path(module).with_suffix(".sql").read_text(encoding="utf-8"))
    return {name: _query(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _query(text: str) -> exp.Query:
    query = parse(text)
    assert isinstance(query, exp.Query)
    return query
