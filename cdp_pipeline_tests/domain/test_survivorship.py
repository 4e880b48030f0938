from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipeline.assets.catalogue import unified_sidecar
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.survivorship import Survivorship
from cdp_pipeline.domain.survivorship import attributes_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

record = st.fixed_dictionaries(
    {
        "email": st.sampled_from([None, "a@x.fr", "b@x.fr"]),
        "street": st.sampled_from([None, "1 rue A", "2 rue B"]),
        "city": st.sampled_from([None, "Lyon", "Paris"]),
        "source": st.sampled_from(["web_shop", "sales_crm"]),
        "updated_at": st.sampled_from([None, datetime(2026, 1, 1), datetime(2026, 2, 1)]),
    }
)
RULES = Survivorship.model_validate(
    {
        "attributes": {"email": "most_recent"},
        "groups": {"address": {"attributes": ["street", "city"], "rule": "source_trust"}},
    }
)


def _golden(
    session: DuckDBSession, project: Project, records: list[dict[str, Any]], rules: Survivorship = RULES
) -> dict[str, tuple[str, str]]:
    columns = {name: c.type for name, c in unified_sidecar(project, "person_records").columns.items()}
    filled = [{**content, "record_id": content.get("record_id", f"r{place}")} for place, content in enumerate(records)]
    session.stage_rows("content", columns, [tuple(row.get(name) for name in columns) for row in filled])
    session.replace_table("unified.person_records", parse("from content"), lambda name: None)
    session.replace_table(
        "identity.identity_map", parse("select record_id, 'P1' as profile_id from content"), lambda name: None
    )
    session.replace_table(
        "identity.linkage_records",
        parse("select row_number() over (order by record_id) as record_no, record_id from content"),
        lambda name: None,
    )
    identity = project.identity.model_copy(update={"custom_attributes": {}})
    found = session.rows(attributes_select(rules, identity, project.sources))
    return {str(row[1]): (str(row[2]), str(row[3])) for row in found}


def test_the_newest_value_wins_under_most_recent(session: DuckDBSession, project: Project) -> None:
    old, new = (
        {"email": "a@x.fr", "updated_at": datetime(2026, 1, 1)},
        {"email": "b@x.fr", "updated_at": datetime(2026, 2, 1)},
    )
    assert _golden(session, project, [new, old])["email"] == ("b@x.fr", "r0")


def test_a_record_without_the_value_does_not_compete(session: DuckDBSession, project: Project) -> None:
    golden = _golden(
        session,
        project,
        [{"email": "a@x.fr", "updated_at": datetime(2026, 1, 1)}, {"updated_at": datetime(2026, 2, 1)}],
    )
    assert golden["email"] == ("a@x.fr", "r0")


def test_an_address_comes_whole_from_one_record(session: DuckDBSession, project: Project) -> None:
    half = {"street": "1 rue A", "source": "web_shop"}
    whole = {"street": "2 rue B", "city": "Lyon", "source": "sales_crm"}
    golden = _golden(session, project, [half, whole])
    assert golden["street"] == ("1 rue A", "r0")
    assert "city" not in golden


def test_the_most_frequent_value_wins(session: DuckDBSession, project: Project) -> None:
    rules = Survivorship.model_validate({"attributes": {"email": "most_frequent"}})
    records = [
        {"email": "a@x.fr", "updated_at": datetime(2026, 2, 1)},
        {"email": "b@x.fr"},
        {"email": "b@x.fr"},
    ]
    assert _golden(session, project, records, rules)["email"][0] == "b@x.fr"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(record, min_size=1, max_size=5))
def test_the_profile_does_not_depend_on_the_order_of_records(
    session: DuckDBSession, project: Project, records: list[dict[str, Any]]
) -> None:
    named = [{**content, "record_id": f"r{place}"} for place, content in enumerate(records)]
    assert _golden(session, project, named) == _golden(session, project, named[::-1])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(record, min_size=1, max_size=4))
def test_an_older_record_never_changes_a_most_recent_value(
    session: DuckDBSession, project: Project, records: list[dict[str, Any]]
) -> None:
    before = _golden(session, project, records).get("email")
    older = {
        "email": "z@x.fr",
        "source": "spreadsheets",
        "updated_at": datetime(2025, 1, 1),
        "record_id": "a",
    }
    dated = [{**content, "updated_at": content["updated_at"] or datetime(2026, 1, 1)} for content in records]
    before = _golden(session, project, dated).get("email")
    after = _golden(session, project, [*dated, older]).get("email")
    assert before is None or after == before
