"""The laws of identity (design, section 6) on random worlds: 30 in the default run, 300 with `make test-long`."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cdp_pipeline.assets.identity import scored_pairs
from cdp_pipeline.assets.identity.identity_events import map_as_of
from cdp_pipeline.config.project import Project
from cdp_pipeline_tests.worlds import STATE, Deployment, World, copy_tables, deployment

CARRIED = tuple(f"identity.{name}" for name in (*STATE, "linkage_model", "term_frequencies"))
WORLDS = settings().max_examples * 3 // 10
ALIVE = "select record_id, profile_id from identity.identity_map order by record_id"


def _days(seed: int) -> tuple[World, int]:
    chance = random.Random(seed)
    return World(chance), chance.randint(2, 3)


@pytest.fixture(scope="module", autouse=True)
def small_changes_only() -> Iterator[None]:
    """In a world of twenty records every change is a large one, which would be scored as a whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scored_pairs, "LARGEST_CHANGE", 10.0)
        yield


@settings(max_examples=WORLDS)
@given(st.integers(0, 2**32))
@example(4749897)  # a must_link excused two birth dates, and its record was cut away from them
def test_laws_hold_on_every_day(project: Project, seed: int) -> None:
    world, days = _days(seed)
    with tempfile.TemporaryDirectory() as folder, deployment(project, Path(folder)) as run:
        maps = {}
        for _ in range(days):
            before = dict(run.rows(ALIVE)) if maps else {}
            world.pass_a_day()
            with deployment(project, Path(folder)) as twin:
                if maps:
                    copy_tables(run.session, twin.session, CARRIED)
                    for name in ("scored_records", "links"):
                        twin.session.own().execute(f"drop table identity.{name}")
                run.run(world)
                if maps:  # the first day is a run over everything anyway
                    twin.run(world)
                    assert run.state() == twin.state(), "law 2: a run over what changed equals a run over everything"
            maps[world.day] = run.rows(ALIVE)
            _ids_survive(before, dict(maps[world.day]))
            _guards_hold(run, world)
        for day, known in maps.items():
            replayed = run.session.rows(map_as_of(run.session, day))
            assert sorted(replayed) == known, "law 4: events replay to the map of any day"
        with deployment(project, Path(folder)) as at_once:
            copy_tables(run.session, at_once.session, ("identity.linkage_model", "identity.term_frequencies"))
            at_once.run(world)
            assert run.partition() == at_once.partition(), "law 3: the days of arrival don't matter"


def _ids_survive(before: dict[str, str], after: dict[str, str]) -> None:
    """Law 4: whoever holds most records of an old profile has its id, or an older claim to another one."""
    shared = Counter((before[record], profile) for record, profile in after.items() if record in before)
    old = set(before.values())
    for profile in old:
        heirs = {heir: count for (was, heir), count in shared.items() if was == profile}
        best = [heir for heir, count in heirs.items() if count == max(heirs.values())]
        if best and profile not in heirs:
            assert all(heir in old for heir in best), "an id was minted where the old one was free"
        if profile in heirs and profile not in best:
            assert all(heir in old for heir in best), "an id moved with the fewer records"


def _guards_hold(run: Deployment, world: World) -> None:
    """Law 5; a must_link excuses the values that it was decided upon."""
    profile = dict(run.rows(ALIVE))
    excused = {profile.get(left) for decision, left, _ in world.decisions if decision == "must_link"}
    for decision, left, right in world.decisions:
        if decision == "cannot_link" and left in profile and right in profile:
            assert profile[left] != profile[right]
    conflicts = run.rows(
        "select a.profile_id from identity.identity_map as a join identity.identity_map as b using (profile_id) "
        "join identity.linkage_records as l on l.record_no = a.record_no "
        "join identity.linkage_records as r on r.record_no = b.record_no where births_conflict(l.birth, r.birth)"
    )
    assert {found for (found,) in conflicts} <= excused
    for tax in set(world.tax_numbers.values()):
        holders = {profile[name] for name, number in world.tax_numbers.items() if number == tax}
        others = {profile[name] for name, number in world.tax_numbers.items() if number != tax}
        assert not holders & others
    sizes = run.rows("select max(n) from (select count(*) as n from identity.identity_map group by profile_id)")
    assert sizes[0][0] <= run.project.identity.guards.max_records
