"""A partner behind a webhook that fails at any batch, on any day, holds the audience of each day that it took."""

import json
import random
import tempfile
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.activation.audience_worlds import activation, known_as, populated
from cdp_pipeline_tests.homes import REPOSITORY
from cdp_pipeline_tests.resources.test_targets import receiver

DAYS = 10

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A world that fails is told by its seed; shrinking a seed makes no smaller world."""


@settings(max_examples=settings().max_examples // 33, phases=UNSHRUNK)
@given(st.integers(0, 2**32))
def test_nothing_is_lost_and_nothing_doubled(project: Project, seed: int) -> None:
    chance = random.Random(seed)
    world = populated(chance, 12)
    working = [True]

    def fault(number: int) -> str:
        if working[0]:
            return ""
        return chance.choice(["", "", "500", "dropped before", "dropped after"])

    with (
        tempfile.TemporaryDirectory() as folder,
        receiver(fault) as server,
        DuckDBWarehouse(database=":memory:", seeds=str(REPOSITORY / "seeds")).session() as session,
    ):
        hook = {"kind": "webhook", "url": f"http://127.0.0.1:{server.server_port}/", "secret": "CDP_PSEUDONYM_KEY",
                "batch_rows": 3, "attempts": 1, "seconds_between": 0.001}  # fmt: skip
        server.any_secret = True  # the key of the world is not that of the signatures' own test
        with activation(session, project, Path(folder), "own", target=hook, minimum_size=1) as deployment:
            of = deployment.project.destinations["own"]
            for place in range(DAYS):
                erased = world.pass_a_day()
                working[0] = place == DAYS - 1 or chance.random() < 0.4
                told = deployment.deliver(world)
                expected = sorted(known_as(of, world, who)[0] for who in world.expected(of))
                if told == "all did":
                    assert server.held == expected
                    held = session.rows(
                        parse("select keys[1] from activation.delivery_members where is_certain order by 1")
                    )
                    assert [row[0] for row in held] == expected
                for who in erased:
                    deployment.erase(who)
                    del world.people[who]
        assert told == "all did"
        assert json.dumps(server.problems) == "[]"
