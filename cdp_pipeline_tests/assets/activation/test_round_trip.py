"""Delivered files, applied day after day by a partner who knows nothing else, give each day's audience."""

import random
import tempfile
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.activation.audience_worlds import (
    DESTINATIONS,
    Partner,
    activation,
    known_as,
    populated,
)
from cdp_pipeline_tests.homes import REPOSITORY

DAYS = 14

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A world that fails is told by its seed; shrinking a seed makes no smaller world."""


@settings(max_examples=settings().max_examples // 33, phases=UNSHRUNK)
@given(st.integers(0, 2**32))
def test_partners_hold_the_audience_of_each_day(project: Project, seed: int) -> None:
    chance = random.Random(seed)
    world = populated(chance, 12)
    with (
        tempfile.TemporaryDirectory() as folder,
        DuckDBWarehouse(database=":memory:", seeds=str(REPOSITORY / "seeds")).session() as session,
        activation(session, project, Path(folder), *DESTINATIONS) as deployment,
    ):
        held = {name: Partner(of) for name, of in deployment.project.destinations.items()}
        taken: set[Path] = set()
        for _ in range(DAYS):
            erased = world.pass_a_day()
            deployment.deliver(world)
            if chance.random() < 0.2:
                deployment.deliver(world)  # a run again: nothing goes out twice
            for name, of in deployment.project.destinations.items():
                for path in deployment.folders(name):
                    if path not in taken:
                        taken.add(path)
                        held[name].take(path)
                expected = world.expected(of)
                if len(expected) >= of.minimum_size:
                    assert held[name].held == sorted(known_as(of, world, who) for who in expected), (name, world.day)
                else:
                    assert set(held[name].held) <= {known_as(of, world, who) for who in expected}, (name, world.day)
                told = session.rows(
                    parse(f"select count(*) from activation.delivery_members where destination = '{name}'")
                )
                assert told == [(len(held[name].held),)]
            for who in erased:
                deployment.erase(who)
                del world.people[who]
        assert session.rows(parse("select count(*) from activation.outbox")) == [(0,)]
