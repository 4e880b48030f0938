from datetime import date

import pytest

from cdp_pipeline.assets.profile.retention_due import select
from cdp_pipeline.assets.sidecars import ROOT, packaged_sidecar
from cdp_pipeline.config.consent import Retention
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

RULES = {"prospects": {"months": 36, "then": "erase"}, "customers": {"months": 60}}


def _due(
    session: DuckDBSession,
    project: Project,
    created: str,
    touches: list[tuple[str, str]],
    rules: dict[str, object] = RULES,
) -> list[tuple[object, ...]]:
    """Due on 2026-11-15, of one person."""
    consent = project.consent.model_copy(update={"retention": Retention.model_validate(rules)})
    tables = {
        "identity.identity_map": "select 'P1' as profile_id, 'r1' as record_id",
        "unified.person_records": f"select 'r1' as record_id, timestamp '{created}' as created_at",
        "profile.consent_decisions": "select 'P1' as profile_id, cast(null as timestamp) as decided_at",
        "profile.timeline": "select 'P1' as profile_id, event, occurred_on from touches",
    }
    session.stage_rows("touches", {"event": "varchar", "occurred_on": "date"}, touches)
    for name, rows in tables.items():
        session.replace_table(name, parse(rows), lambda table: None)
    sidecar = packaged_sidecar(ROOT / "profile" / "retention_due.yml")
    return session.rows(select(project.__class__(**{**vars(project), "consent": consent}), sidecar))


@pytest.mark.parametrize(
    ("created", "touches", "due"),
    [
        ("2023-11-15", [], [("P1", "prospects", date(2023, 11, 15), date(2026, 11, 15), "erase")]),
        ("2023-11-16", [], []),
        ("2020-01-01", [("clicked", "2023-11-16")], []),
        (
            "2020-01-01",
            [("clicked", "2021-01-01"), ("opened", "2026-11-01"), ("sent", "2026-11-01")],
            [("P1", "prospects", date(2021, 1, 1), date(2024, 1, 1), "erase")],
        ),
        ("2020-01-01", [("order", "2022-01-01")], []),
        ("2020-01-01", [("order", "2021-01-01")], [("P1", "customers", date(2021, 1, 1), date(2026, 1, 1), "list")]),
    ],
    ids=["collected", "a day left", "a click counts", "an open does not", "a customer", "a customer of old"],
)
def test_people_are_due_so_long_after_the_last_act_of_their_own(
    run_of_a_day: DuckDBSession,
    project: Project,
    created: str,
    touches: list[tuple[str, str]],
    due: list[tuple[object, ...]],
) -> None:
    assert _due(run_of_a_day, project, created, touches) == due


def test_without_a_rule_nobody_is_due(run_of_a_day: DuckDBSession, project: Project) -> None:
    assert _due(run_of_a_day, project, "1990-01-01", [], {}) == []
