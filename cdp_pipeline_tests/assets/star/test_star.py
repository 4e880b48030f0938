from pathlib import Path

import duckdb
import pytest

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

KEYS = [
    ("star.fact_touches", "profile_id", "star.dim_profile", "profile_id"),
    ("star.fact_touches", "date_key", "star.dim_date", "date_key"),
    ("star.fact_touches", "sku", "star.dim_product", "sku"),
    ("star.fact_touches", "campaign_id", "star.dim_campaign", "campaign_id"),
    ("star.fact_orders", "profile_id", "star.dim_profile", "profile_id"),
    ("star.fact_orders", "store_id", "star.dim_store", "store_id"),
    ("star.fact_orders", "date_key", "star.dim_date", "date_key"),
    ("star.fact_deliveries", "date_key", "star.dim_date", "date_key"),
]


@pytest.mark.parametrize(("fact", "column", "dimension", "key"), KEYS)
def test_every_key_of_a_fact_is_in_its_dimension(
    sample: DuckDBSession, fact: str, column: str, dimension: str, key: str
) -> None:
    sql = f"""
    select count({column}), count(*) filter (where {column} is not null and {column} not in (select {key} from {dimension}))
    from {fact}
    """
    ((filled, lost),) = sample.rows(parse(sql))
    assert filled > 0
    assert lost == 0


def test_facts_have_every_row_of_what_they_are_made_of(sample: DuckDBSession) -> None:
    for fact, origin in (("star.fact_touches", "profile.timeline"), ("star.fact_orders", "unified.orders")):
        ((facts,),), ((rows,),) = (sample.rows(parse(f"select count(*) from {name}")) for name in (fact, origin))
        assert facts == rows


def test_readers_join_the_published_star(sample_home: Path) -> None:
    sql = """
    select count(*) from star.fact_touches as touches
    join star.dim_profile using (profile_id) join star.dim_product using (sku) join star.dim_date using (date_key)
    where touches.event = 'bought' and year_month = '2026-11'
    """
    with duckdb.connect(str(sample_home / "data" / "published" / "cdp.duckdb"), read_only=True) as connection:
        assert connection.execute(sql).fetchall()[0][0] > 0
