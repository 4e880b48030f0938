from datetime import date

from cdp_pipeline.assets.activation.removals import QUERIES
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_a_removal_is_done_by_the_first_later_delivery(session: DuckDBSession) -> None:
    session.replace_table(
        "activation.removals",
        parse(
            "select 'E1' as request_id, destination, 'Email' as identifier, 'x' as sha256, "
            "date '2026-11-15' as held_as_of, cast(null as date) as removed_on "
            "from (values ('ads'), ('mail')) as t(destination)"
        ),
        lambda name: None,
    )
    session.replace_table(
        "activation.deliveries",
        parse(
            "select * from (values ('ads', 'delivered', date '2026-11-15'), ('ads', 'below minimum', date '2026-11-16'), "
            "('ads', 'delivered', date '2026-11-17'), ('ads', 'delivered', date '2026-11-18'), "
            "('mail', 'delivered', date '2026-11-15')) as t(destination, status, as_of_day)"
        ),
        lambda name: None,
    )
    session.stage("found", QUERIES["removals"])
    assert session.rows(parse("select destination, removed_on from found order by 1")) == [
        ("ads", date(2026, 11, 17)),
        ("mail", None),
    ]
