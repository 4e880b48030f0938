"""What touches and sources tell of a contact point, and the order that follows."""

from datetime import datetime
from typing import Any

import pytest

from cdp_pipeline.assets.catalogue import ROOT
from cdp_pipeline.assets.profile.profile_contact_points import select
from cdp_pipeline.config.base import load
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

SIDECAR = load(ROOT / "profile" / "profile_contact_points.yml", Sidecar)
JANUARY, MARCH, MAY = (datetime(2026, month, 1) for month in (1, 3, 5))


def _points(
    session: DuckDBSession, project: Project, touches: list[tuple[str, datetime]], declared: str | None = None
) -> dict[str, tuple[Any, ...]]:
    """(place, status) of the address of record r1, which the touches are of, and of a newer one of record r2."""
    rows = [
        ("r1", "email", "a@x.fr", declared, "web_shop", JANUARY),
        ("r2", "email", "b@x.fr", None, "sales_crm", MARCH),
    ]
    types = dict.fromkeys(("record_id", "kind", "value", "status", "source"), "varchar") | {"updated_at": "timestamp"}
    session.stage_rows("points", types, rows)
    session.replace_table("unified.contact_points", parse("from points"), lambda name: None)
    people = parse("select record_id, value as email, null as phone from points")
    session.replace_table("unified.person_records", people, lambda name: None)
    members = parse("select record_id, 'P1' as profile_id from points")
    session.replace_table("identity.identity_map", members, lambda name: None)
    told = {"record_id": "varchar", "channel": "varchar", "event": "varchar", "occurred_at": "timestamp"}
    session.stage_rows("touches", told, [("r1", "email", event, moment) for event, moment in touches])
    session.replace_table("unified.interactions", parse("from touches"), lambda name: None)
    session.stage("found", select(project, SIDECAR))
    return {str(row[0]): row[1:] for row in session.rows(parse("select value, place, status from found"))}


@pytest.mark.parametrize(
    ("touches", "declared", "place", "status"),
    [
        ([], None, 2, "unproved"),
        ([("opened", MARCH)], None, 2, "unproved"),
        ([("clicked", MARCH)], None, 1, "verified"),
        ([("clicked", MARCH), ("bounced", MAY)], None, 2, "bounced"),
        ([("bounced", MARCH), ("clicked", MAY)], None, 1, "verified"),
        ([], "verified", 1, "verified"),
        ([], "bounced", 2, "bounced"),
        ([("clicked", MARCH)], "bounced", 1, "verified"),
    ],
)
def test_what_is_told_of_an_address(
    session: DuckDBSession,
    project: Project,
    touches: list[tuple[str, datetime]],
    declared: str | None,
    place: int,
    status: str,
) -> None:
    assert _points(session, project, touches, declared)["a@x.fr"] == (place, status)


def test_all_addresses_are_kept(session: DuckDBSession, project: Project) -> None:
    assert set(_points(session, project, [("bounced", MAY)])) == {"a@x.fr", "b@x.fr"}
