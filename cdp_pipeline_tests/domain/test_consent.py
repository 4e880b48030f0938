"""The rules of consent by their case book, and their laws on random decisions."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipeline.assets.catalogue import ROOT
from cdp_pipeline.assets.profile import consent_decisions, consent_state, contact_point_consent
from cdp_pipeline.config.base import load
from cdp_pipeline.config.consent import Consent
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "consent.yml").read_text(encoding="utf-8"))
PURPOSES: dict[str, Any] = {
    "newsletter": {},
    "confirmed": {"double_opt_in": ["email"]},
    "advertising": {"expires_after_months": 13},
    "service": {"lawful_basis": "contract", "default": "granted", "marketing": False},
}
RULES = Consent.model_validate(
    {
        "channels": ["email", "sms"],
        "purposes": {name: {"description": name, "lawful_basis": "consent", **rule} for name, rule in PURPOSES.items()},
        "pairs": {"email": list(PURPOSES), "sms": ["newsletter"]},
    }
)
LAYERS = {
    "consents": "unified",
    "consent_decisions": "profile",
    "consent_state": "profile",
    "contact_point_consent": "profile",
}
SIDECARS = {name: load(ROOT / layer / f"{name}.yml", Sidecar) for name, layer in LAYERS.items()}
MODULES: dict[str, Any] = {
    "consent_decisions": consent_decisions,
    "consent_state": consent_state,
    "contact_point_consent": contact_point_consent,
}
OF_PROFILES = {name: module for name, module in MODULES.items() if name != "contact_point_consent"}
DECISION = {"channel": "email", "purpose": "newsletter", "contact_point": None}
NAMES = {"at": "decided_at", "expires": "expires_at", "confirmed": "double_opt_in_at", "record": "record_id"}


def _states(
    session: DuckDBSession,
    project: Project,
    decisions: list[dict[str, Any]],
    birth: str | None = None,
    modules: dict[str, Any] = MODULES,
) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(status, reason, source of what was overridden) by channel and purpose."""
    ruled = replace(project, consent=RULES)
    columns = SIDECARS["consents"].types
    rows = []
    for decision in decisions:
        row = {**DECISION, "record": "r1", **decision}
        named = {NAMES.get(name, name): value for name, value in row.items()}
        named["source"] = f"system of {named['record_id']}"
        rows.append(tuple(None if named.get(name) is None else str(named[name]) for name in columns))
    session.stage_rows("given", columns, rows)
    session.replace_table("unified.consents", parse("from given"), lambda name: None)
    members = parse("select unnest(['r1', 'r2']) as record_id, 'P1' as profile_id")
    session.replace_table("identity.identity_map", members, lambda name: None)
    golden = [("P1", "email", "a@x.fr"), *([("P1", "birth_date", birth)] if birth else [])]
    session.stage_rows("golden", dict.fromkeys(("profile_id", "attribute", "value"), "varchar"), golden)
    session.replace_table("profile.profile_attributes", parse("from golden"), lambda name: None)
    session.stage_rows("run_days", {"day": "date"}, [(date(2026, 11, 15),)])
    points = [("P1", "email", "a@x.fr"), ("P1", "email", "old@x.fr")]
    session.stage_rows("points", dict.fromkeys(("profile_id", "kind", "value"), "varchar"), points)
    session.replace_table("profile.profile_contact_points", parse("from points"), lambda name: None)
    for name, module in modules.items():
        query = module.select(ruled, SIDECARS[name])
        session.replace_table(f"profile.{name}", query, lambda name: None)
    asked = "select channel, purpose, status, reason, overrode_source from profile.consent_state"
    return {(str(row[0]), str(row[1])): tuple(row[2:]) for row in session.rows(parse(asked))}


def _states_of_points(session: DuckDBSession) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """(status, reason) by channel, purpose and contact point."""
    asked = "select channel, purpose, contact_point, status, reason from profile.contact_point_consent"
    return {tuple(row[:3]): tuple(row[3:]) for row in session.rows(parse(asked))}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["reason"]))
def test_the_case_book(session: DuckDBSession, project: Project, case: dict[str, Any]) -> None:
    states = _states(session, project, case["decisions"], str(case["birth"]) if "birth" in case else None)
    asked = tuple(case.get("asked", ("email", "newsletter")))
    if "at" in case:
        found = _states_of_points(session)[(*asked, case["at"])]
    else:
        found = states[asked][:2]
        assert asked[0] != "email" or _states_of_points(session)[(*asked, "a@x.fr")] == found
    assert found == (case["gives"], case["because"])


def test_a_state_tells_what_it_overrode(session: DuckDBSession, project: Project) -> None:
    decisions = [{"status": "granted", "at": "2026-01-01"}, {"status": "denied", "at": "2026-02-01", "record": "r2"}]
    assert _states(session, project, decisions)["email", "newsletter"] == ("denied", "decision", "system of r1")


decision = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["granted", "denied"]),
        "channel": st.sampled_from(["email", "sms", None]),
        "purpose": st.sampled_from(["newsletter", "service", None]),
        "contact_point": st.sampled_from([None, None, "a@x.fr", "old@x.fr"]),
        "at": st.dates(date(2026, 1, 1), date(2026, 1, 6)).map(str),
        "record": st.sampled_from(["r1", "r2"]),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decisions=st.lists(decision, max_size=6))
def test_the_state_does_not_depend_on_the_order_of_decisions(
    session: DuckDBSession, project: Project, decisions: list[dict[str, Any]]
) -> None:
    found, turned = (_states(session, project, each, modules=OF_PROFILES) for each in (decisions, decisions[::-1]))
    assert found == turned


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decisions=st.lists(decision, max_size=6))
def test_no_withdrawal_is_outlived_by_an_older_grant(
    session: DuckDBSession, project: Project, decisions: list[dict[str, Any]]
) -> None:
    """However specific: what is granted was granted after every withdrawal that covers it."""
    states = _states(session, project, decisions, modules=OF_PROFILES)
    covering = [
        each
        for each in decisions
        if each["channel"] in ("email", None)
        and each["purpose"] in ("newsletter", None)
        and each["contact_point"] in (None, "a@x.fr")
    ]
    if states["email", "newsletter"][0] == "granted":
        denials = [each["at"] for each in covering if each["status"] == "denied"]
        grants = [each["at"] for each in covering if each["status"] == "granted"]
        assert max(grants) > max(denials, default="")
