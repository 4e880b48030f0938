"""Tables of profiles made of what changed are those made anew, whatever changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.changed_profiles import BUILDS
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.survivorship import AttributeRule
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

TODAY = date(2026, 11, 15)
NAMES = (
    "profile_changes",
    "profile_contact_points",
    "profile_attributes",
    "consent_decisions",
    "consent_state",
    "contact_preferences",
    "profiles",
)
INCREMENTAL = tuple(name for name in NAMES if name not in ("profile_changes", "contact_preferences"))
SOME = "hash(record_id, {seed}) % 150 = 0"
OF_A_RECORD = ("unified.person_records", "unified.contact_points", "unified.consents", "identity.identity_map")
CHANGES = {
    "values": (
        "update unified.person_records set given_name = given_name || 'x', updated_at = timestamp '2026-11-15' where {some}",
    ),
    "contact points": (
        "update unified.contact_points set status = 'bounced' where {some}",
        "update unified.interactions set event = 'clicked', record_id = record_id where hash(interaction_id, {seed}) % 300 = 0",
    ),
    "consents": (
        "update unified.consents set status = if(status = 'granted', 'denied', 'granted'), "
        "decided_at = decided_at + interval 40 day where {some}",
        "insert into unified.consents select * from unified.consents where hash(record_id, {seed}) % 150 = 1",
    ),
    "records that go": tuple(f"delete from {name} where {{some}}" for name in OF_A_RECORD),
    "merges": (
        "update identity.identity_map as map set profile_id = other.profile_id from (select profile_id, "
        "lead(profile_id) over (order by hash(profile_id, {seed})) as into_id from profile.profiles) as pair "
        "join identity.profile_confidence as other on other.profile_id = pair.into_id "
        "where map.profile_id = pair.profile_id and hash(map.profile_id, {seed}) % 60 = 0",
    ),
    "splits": (
        "insert into identity.profile_confidence select * replace (profile_id || 's' as profile_id) "
        "from identity.profile_confidence where hash(profile_id, {seed}) % 60 = 2",
        "update identity.identity_map set profile_id = profile_id || 's' where hash(profile_id, {seed}) % 60 = 2 and {half}",
    ),
    "confidence": (
        "update identity.profile_confidence set weakest_link = 0.5 where hash(profile_id, {seed}) % 60 = 3",
    ),
}


def _build(session: DuckDBSession, project: Project, day: date, names: Sequence[str] = NAMES) -> dict[str, Any]:
    """Build the tables as of a day; what each says that it made anew."""
    catalogue = load_catalogue(project)
    stage_run_days(session, (day,), project.deployment)
    said = {}
    for name in names:
        run = TableRun(catalogue[f"profile.{name}"], session, project, Settings(Path("/"), 2, "2GB"), (day,), "run")
        run.table.build(run)
        said[name] = run.metadata.get("made anew")
    return said


def _rows(session: DuckDBSession) -> dict[str, list[tuple[Any, ...]]]:
    return {name: session.rows(parse(f"select * from profile.{name} order by all")) for name in INCREMENTAL}


def _apply(session: DuckDBSession, change: str, seed: int) -> None:
    for statement in CHANGES[change]:
        some, half = SOME.format(seed=seed), "hash(record_id) % 2 = 0"
        session.own().execute(statement.format(some=some, seed=seed, half=half))


@pytest.mark.parametrize(
    ("changes", "seed", "days"),
    [([], 0, 0), ([], 0, 60), (list(CHANGES), 1, 0), (list(CHANGES), 2, 1)],
    ids=["nothing", "time alone", "everything", "everything, a day later"],
)
def test_what_changed_is_made_anew_and_the_rest_is_as_if(
    standing: DuckDBSession, project: Project, changes: list[str], seed: int, days: int
) -> None:
    _build(standing, project, TODAY)
    for change in changes:
        _apply(standing, change, seed)
    day = TODAY + timedelta(days=days)  # grants expire, children come of age, messages are forgotten
    said = _build(standing, project, day)
    anew = {said[name] for name in INCREMENTAL[:3]}
    assert len(anew) == 1
    assert anew == {"0 changed profiles"} if not changes else anew != {"all profiles"}
    found = _rows(standing)
    standing.own().execute(f"drop table {BUILDS}")
    assert _build(standing, project, day)["profiles"] == "all profiles"
    assert found == _rows(standing)
    standing.own().execute(f"drop table {BUILDS}")


@pytest.mark.parametrize(
    "why", ["an earlier day", "other rules", "other golden values", "a state missed", "a column more", "nothing"]
)
def test_a_table_is_made_anew_as_a_whole_after(standing: DuckDBSession, project: Project, why: str) -> None:
    _build(standing, project, TODAY)
    _build(standing, project, TODAY)
    day, changed, name = TODAY, project, "consent_state"
    if why == "an earlier day":
        day -= timedelta(days=1)
    elif why == "other rules":
        changed = replace(project, consent=project.consent.model_copy(update={"minimum_age": 21}))
    elif why == "other golden values":
        rules = {**project.survivorship.attributes, "email": AttributeRule(rule="oldest")}
        changed = replace(project, survivorship=project.survivorship.model_copy(update={"attributes": rules}))
    elif why == "a state missed":
        standing.own().execute(f"update {BUILDS} set state = state - 2 where table_name = 'profile.{name}'")
    elif why == "a column more":
        standing.own().execute(f"alter table profile.{name} add column more integer")
    names = [name] if why == "nothing" else NAMES  # asked for again, by itself
    assert _build(standing, changed, day, names)[name] == "all profiles"
    standing.own().execute(f"drop table {BUILDS}")
