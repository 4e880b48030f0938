"""Who may be in an audience, and the first reason why somebody may not."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.activation.audience_worlds import Deployment, World, activation, populated


def _refusals(deployment: Deployment) -> dict[str, str | None]:
    found = deployment.session.rows(parse("select profile_id, refusal from activation.audiences"))
    return {str(who): refusal for who, refusal in found}


@pytest.fixture
def world() -> World:
    return populated(random.Random(2), 4, phone=None)


def test_the_first_reason_is_told(session: DuckDBSession, project: Project, tmp_path: Path, world: World) -> None:
    for person, changes in zip(
        world.people.values(),
        (
            {"consent": "denied", "status": "bounced"},
            {"status": "bounced", "is_pressed": True},
            {"is_pressed": True},
            {},
        ),
        strict=True,
    ):
        for name, value in changes.items():
            setattr(person, name, value)
    with activation(session, project, tmp_path, "cloud") as deployment:
        deployment.deliver(world)
        assert list(_refusals(deployment).values()) == ["no_consent", "invalid_contact", "contact_cap", None]


def test_a_working_number_does_where_the_channel_asks_for_none(
    session: DuckDBSession, project: Project, tmp_path: Path, world: World
) -> None:
    world.people["P00001"].status = "bounced"
    world.people["P00002"].status = "bounced"
    world.people["P00002"].phone = "+33600000099"
    consent = project.consent.model_copy(update={"contact_points": {}})
    with activation(session, project, tmp_path, "google") as deployment:
        deployment.project = type(project)(**{**deployment.project.__dict__, "consent": consent})
        deployment.deliver(world)
        assert _refusals(deployment)["P00001"] == "invalid_contact"
        assert _refusals(deployment)["P00002"] is None
        keys = deployment.session.rows(
            parse("select keys[1] from activation.delivery_members where profile_id = 'P00002'")
        )
        assert keys == [(None,)], "an address that bounced is not delivered"


def test_a_grant_that_ends_on_the_morning_of_the_delivery_does_not_count(
    session: DuckDBSession, project: Project, tmp_path: Path, world: World
) -> None:
    with activation(session, project, tmp_path, "cloud") as deployment:
        deployment.deliver(world)
        for days, refusal in ((2, None), (1, "no_consent")):
            ends = world.day + timedelta(days=days)
            session.own().execute("update profile.consent_state set expires_on = ? where profile_id = 'P00001'", [ends])
            deployment.rebuild("audiences", world.day)
            assert _refusals(deployment)["P00001"] == refusal


def test_another_purpose_is_no_consent(session: DuckDBSession, project: Project, tmp_path: Path, world: World) -> None:
    with activation(session, project, tmp_path, "cloud", purposes=["newsletter", "profiling"]) as deployment:
        deployment.deliver(world)
        assert set(_refusals(deployment).values()) == {"no_consent"}
