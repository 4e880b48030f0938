from cdp_pipeline.sql.lineage import column_lineage, parse, tables_read

SCHEMA = {
    "unified": {"orders": {"id": "VARCHAR", "amount": "DOUBLE"}},
    "identity": {"identity_map": {"id": "VARCHAR", "profile_id": "VARCHAR"}},
}


def test_tables_of_the_pipeline_are_read_and_ctes_are_not() -> None:
    query = parse("with a as (select * from unified.orders) select * from a join run_days on true")
    assert tables_read(query) == {"unified.orders"}


def test_a_column_is_followed_through_ctes_and_unions() -> None:
    query = parse(
        "with a as (select id, amount * 2 as twice from unified.orders) "
        "select id, twice as value from a union all select profile_id, 0 from identity.identity_map"
    )
    assert column_lineage(query, SCHEMA) == {
        "id": [("identity.identity_map", "profile_id"), ("unified.orders", "id")],
        "value": [("unified.orders", "amount")],
    }


def test_a_constant_comes_from_nowhere() -> None:
    assert column_lineage(parse("select 'x' as x, id from unified.orders"), SCHEMA)["x"] == []
