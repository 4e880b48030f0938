"""Preferred channel and contact pressure of one profile."""

from datetime import date, datetime
from typing import Any

import pytest

from cdp_pipeline.assets.catalogue import ROOT
from cdp_pipeline.assets.profile.contact_preferences import select
from cdp_pipeline.config.base import load
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

SIDECAR = load(ROOT / "profile" / "contact_preferences.yml", Sidecar)
TODAY = date(2026, 11, 15)
Point = tuple[str, str, datetime | None]


def _preferences(
    session: DuckDBSession, project: Project, granted: list[str], points: list[Point], sent_on: list[date]
) -> tuple[Any, ...]:
    """(preferred channel, messages, pressed) of a profile with grants, points (kind, status, used) and messages."""
    session.stage_rows("run_days", {"day": "date"}, [(TODAY,)])
    session.replace_table(
        "identity.identity_map", parse("select 'r1' as record_id, 'P1' as profile_id"), lambda name: None
    )
    states = [("P1", channel, "newsletter", "granted") for channel in granted] + [("P1", "web", "profiling", "denied")]
    session.stage_rows("states", dict.fromkeys(("profile_id", "channel", "purpose", "status"), "varchar"), states)
    session.replace_table("profile.consent_state", parse("from states"), lambda name: None)
    types = {"profile_id": "varchar", "kind": "varchar", "status": "varchar", "used_at": "timestamp"}
    session.stage_rows("points", types, [("P1", *point) for point in points])
    session.replace_table("profile.profile_contact_points", parse("from points"), lambda name: None)
    told = {"record_id": "varchar", "event": "varchar", "occurred_on": "date"}
    session.stage_rows("touches", told, [("r1", "sent", day) for day in sent_on] + [("r1", "opened", TODAY)])
    session.replace_table("unified.interactions", parse("from touches"), lambda name: None)
    session.stage("found", select(project, SIDECAR))
    return session.rows(parse("from found"))[0][1:]


@pytest.mark.parametrize(
    ("granted", "points", "preferred"),
    [
        (["email", "sms"], [("email", "verified", datetime(2026, 1, 1)), ("phone", "unproved", None)], "email"),
        (
            ["email", "sms"],
            [("email", "verified", datetime(2026, 1, 1)), ("phone", "verified", datetime(2026, 2, 1))],
            "sms",
        ),
        (["sms"], [("email", "verified", datetime(2026, 1, 1)), ("phone", "unproved", None)], "sms"),
        (["email"], [("email", "bounced", None)], None),
        ([], [("email", "verified", datetime(2026, 1, 1))], None),
    ],
)
def test_the_preferred_channel_is_granted_works_and_was_used_last(
    session: DuckDBSession, project: Project, granted: list[str], points: list[Point], preferred: str | None
) -> None:
    assert _preferences(session, project, granted, points, [])[0] == preferred


@pytest.mark.parametrize(
    ("sent_on", "expected"),
    [([TODAY] * 4, (4, True)), ([TODAY] * 3 + [date(2026, 11, 8)], (3, False)), ([date(2026, 11, 9)], (1, False))],
)
def test_messages_of_the_last_days_press(
    session: DuckDBSession, project: Project, sent_on: list[date], expected: tuple[int, bool]
) -> None:
    assert _preferences(session, project, [], [], sent_on)[1:] == expected
