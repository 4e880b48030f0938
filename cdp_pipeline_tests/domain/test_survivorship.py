from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipeline.assets.sidecars import unified_sidecar
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
CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "survivorship.yml").read_text(encoding="utf-8"))
RULES = Survivorship.model_validate(
    {
        "attributes": {"email": "most_recent"},
        "groups": {"address": {"attributes": ["street", "city"], "rule": "source_trust"}},
    }
)


def _golden(
    session: DuckDBSession, project: Project, records: list[dict[str, Any]], rules: Survivorship = RULES
) -> dict[str, tuple[str, str]]:
    columns = unified_sidecar(project, "person_records").types
    filled = [{**content, "record_id": content.get("record_id", f"r{place}")} for place, content in enumerate(records)]
    session.stage_rows("content", columns, [tuple(row.get(name) for name in columns) for row in filled])
    session.replace_table("unified.person_records", parse("from content"), lambda name: None)
    members = "select record_id, record_number(record_id) as record_no, 'P1' as profile_id from content"
    session.replace_table("identity.identity_map", parse(members), lambda name: None)
    points = [("P1", "email", row["email"], row["status"]) for row in filled if row.get("email") and row.get("status")]
    types = dict.fromkeys(("profile_id", "kind", "value", "status"), "varchar")
    session.stage_rows("points", types, sorted(set(points)))
    session.replace_table("profile.profile_contact_points", parse("from points"), lambda name: None)
    identity = project.identity.model_copy(update={"custom_attributes": {}})
    found = session.rows(attributes_select(rules, identity, project.sources, "FR"))
    return {str(row[1]): (str(row[2]), str(row[3])) for row in found}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["reason"]))
def test_the_case_book(session: DuckDBSession, project: Project, case: dict[str, Any]) -> None:
    records = [
        {
            "record_id": f"r{place}",
            "source": record.get("source", "sales_crm"),
            **{name: value for name, value in record.items() if name not in ("updated", "created")},
            **{f"{name}_at": str(record[name]) for name in ("updated", "created") if name in record},
        }
        for place, record in enumerate(case["records"], start=1)
    ]
    rule = {"rule": case["rule"]} if isinstance(case["rule"], str) else case["rule"]
    attribute = "email" if rule.get("contact_point") else "city"
    ruled: dict[str, Any] = {"attributes": {attribute: rule}}
    if "group" in case:
        ruled = {"attributes": {}, "groups": {"address": {"attributes": case["group"], **rule}}}
    golden = _golden(session, project, records, Survivorship.model_validate(ruled)).get(attribute, (None, None))
    assert golden == (case["gives"], case.get("from"))


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
