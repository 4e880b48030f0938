"""Law 7 of the design: a device belongs to the last person who signed in on it."""

from datetime import datetime

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.identity.device_map import select
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

ALWAYS = (datetime(1900, 1, 1), datetime(2999, 12, 31))


def _owners(session: DuckDBSession, project: Project, *sign_ins: tuple[int, str]) -> list[tuple[object, ...]]:
    """Intervals of one device (from, until, profile), of sign-ins (day of May, profile)."""
    rows = [("phone", datetime(2026, 5, day), f"r:{who}", True) for day, who in sign_ins]
    types = {"visitor_id": "varchar", "occurred_at": "timestamp", "record_id": "varchar", "is_login": "boolean"}
    session.stage_rows("touches", types, rows)
    session.replace_table("unified.interactions", parse("from touches"), lambda name: None)
    members = parse(
        "select distinct record_id, substr(record_id, 3) as profile_id from touches where record_id <> 'r:gone'"
    )
    session.replace_table("identity.identity_map", members, lambda name: None)
    found = session.rows(select(project, load_catalogue(project)["identity.device_map"].sidecar))
    return sorted(row[1:] for row in found)


def test_the_past_of_a_device_of_one_person_is_that_persons(session: DuckDBSession, project: Project) -> None:
    assert _owners(session, project, (3, "ann"), (9, "ann")) == [(*ALWAYS, "ann")]


def test_a_second_person_takes_over_and_the_past_is_nobodys(session: DuckDBSession, project: Project) -> None:
    third, ninth = datetime(2026, 5, 3), datetime(2026, 5, 9)
    assert _owners(session, project, (3, "ann"), (9, "bob")) == [(third, ninth, "ann"), (ninth, ALWAYS[1], "bob")]


def test_somebody_whose_record_is_gone_is_a_second_person(session: DuckDBSession, project: Project) -> None:
    third, ninth = datetime(2026, 5, 3), datetime(2026, 5, 9)
    assert _owners(session, project, (3, "ann"), (9, "gone")) == [(third, ninth, "ann"), (ninth, ALWAYS[1], None)]


def test_two_people_at_one_moment_leave_the_device_to_nobody(session: DuckDBSession, project: Project) -> None:
    assert _owners(session, project, (3, "ann"), (3, "bob")) == [(datetime(2026, 5, 3), ALWAYS[1], None)]


def test_intervals_do_not_depend_on_the_order_of_rows(session: DuckDBSession, project: Project) -> None:
    sign_ins = [(3, "ann"), (9, "bob"), (12, "ann")]
    assert _owners(session, project, *sign_ins) == _owners(session, project, *reversed(sign_ins))


@pytest.mark.parametrize(("people", "is_shared"), [(5, False), (6, True)])
def test_a_device_of_too_many_people_is_nobodys(
    session: DuckDBSession, project: Project, people: int, is_shared: bool
) -> None:
    owners = _owners(session, project, *((day, f"p{day}") for day in range(1, people + 1)))
    assert (owners == [(*ALWAYS, None)]) == is_shared
