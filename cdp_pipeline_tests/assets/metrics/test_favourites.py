import pytest

from cdp_pipeline.assets.metrics.favourites import select
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse


def test_the_favourite_is_what_most_was_bought_of_with_a_confidence_drawn_to_everybodys(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    session = run_of_a_day
    bought = [("P", "boots", "Alp", 3), ("P", "tents", "Alp", 1), ("Q", "tents", "Bee", 4), ("Q", "boots", "Bee", -9)]
    rows = [(f"o{place}", *row) for place, row in enumerate(bought)]
    types = dict.fromkeys(("order_id", "profile", "category", "brand"), "varchar")
    session.stage_rows("given", {**types, "quantity": "bigint"}, rows)
    orders = "select order_id, profile as record_id, date '2026-11-01' as ordered_on from given"
    session.replace_table("unified.orders", parse(orders), unaudited)
    members = "select distinct profile as record_id, profile as profile_id from given"
    session.replace_table("identity.identity_map", parse(members), unaudited)
    lines = "select order_id, category || brand as sku, quantity, 10 as amount from given"
    session.replace_table("unified.order_lines", parse(lines), unaudited)
    products = "select distinct category || brand as sku, category, brand from given"
    session.replace_table("unified.products", parse(products), unaudited)
    session.stage("found", select(project, None))  # type: ignore[arg-type]
    told = "select profile_id, favourite_category, favourite_category_confidence, favourite_brand from found order by 1"
    smoothing = project.metrics.favourite_smoothing
    assert session.rows(parse(told)) == [
        ("P", "boots", pytest.approx((3 + smoothing * 3 / 8) / (4 + smoothing)), "Alp"),
        ("Q", "tents", pytest.approx((4 + smoothing * 5 / 8) / (4 + smoothing)), "Bee"),
    ]
