"""Small tables of orders that metrics are made of."""

from collections.abc import Iterable

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse


def with_orders(session: DuckDBSession, orders: Iterable[tuple[str, str, int | None]]) -> DuckDBSession:
    """Orders (profile, day, amount), each profile with one record; products, and two lines of the first order, one without an amount."""
    rows = [(f"o{place}", who, day, amount) for place, (who, day, amount) in enumerate(orders)]
    types = {"order_id": "varchar", "record_id": "varchar", "ordered_on": "date", "amount": "decimal(18, 2)"}
    session.stage_rows("given", types, rows)
    session.replace_table("unified.orders", parse("select *, 'web' as channel from given"), unaudited)
    people = "select distinct record_id, record_id as profile_id from given"
    session.replace_table("identity.identity_map", parse(people), unaudited)
    lines = "select 'o0' as order_id, 'S' as sku, 1 as quantity, 80 as amount union all select 'o0', 'S', 1, null"
    session.replace_table("unified.order_lines", parse(lines), unaudited)
    session.replace_table("unified.products", parse("select 'S' as sku, 100 as price"), unaudited)
    return session
