from typing import Any

import pytest

from cdp_pipeline.config.identity import BlockingRule
from cdp_pipeline.domain.blocking import (
    Blocks,
    candidates_select,
    large_blocks_select,
    limited,
    missed_select,
    sure_pairs_select,
)
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

RULE = {"name": "name", "on": ["name_key"]}


@pytest.mark.parametrize(
    ("rule", "largest", "pairs", "left_out"),
    [
        ({"budget": 1000}, 200, 148, 0),
        ({"budget": 1000, "largest_block": 5}, 5, 58, 90),
        ({"budget": 60}, 5, 58, 90),
        ({"budget": 5}, 1, 0, 148),
    ],
)
def test_a_rule_keeps_to_its_budget_without_its_largest_blocks(
    rule: dict[str, Any], largest: int, pairs: int, left_out: int
) -> None:
    """48 blocks of two records, one of five, two of ten."""
    found = limited(BlockingRule.model_validate({**RULE, **rule}), {1: 30, 2: 48, 5: 1, 10: 2})
    assert found == Blocks("name", largest, pairs, left_out)


def _candidates(session: DuckDBSession, limits: list[Blocks]) -> list[tuple[Any, ...]]:
    types = {"record_no": "bigint", "x": "ubigint", "y": "ubigint"}
    session.stage_rows("keys", types, [(1, 7, 5), (2, 7, 5), (3, 8, 5), (4, None, 6)])
    session.stage("large_blocks", large_blocks_select(limits, "keys"))
    large = {limit.rule for limit in limits}
    return sorted(session.rows(candidates_select(limits, "keys", "keys", large)))


def test_each_pair_comes_once_with_its_first_rule(session: DuckDBSession) -> None:
    found = _candidates(session, [Blocks("x", 9, 0, 0), Blocks("y", 9, 0, 0)])
    assert found == [("0", 1, 2), ("1", 1, 3), ("1", 2, 3)]


def test_a_block_beyond_its_limit_proposes_nothing(session: DuckDBSession) -> None:
    assert _candidates(session, [Blocks("x", 9, 0, 0), Blocks("y", 2, 0, 0)]) == [("0", 1, 2)]


def test_a_rule_left_out_proposes_nothing(session: DuckDBSession) -> None:
    assert _candidates(session, [Blocks("x", 1, 0, 0), Blocks("y", 9, 0, 0)])[0] == ("1", 1, 2)


def test_without_a_rule_there_is_no_candidate(session: DuckDBSession) -> None:
    assert _candidates(session, [Blocks("x", 1, 0, 0), Blocks("y", 1, 0, 0)]) == []


def test_what_a_limit_costs_is_the_sure_pairs_that_no_rule_proposes(session: DuckDBSession) -> None:
    """Records 1, 2 and 3 share y, whose blocks may hold two; 1 and 2 share x too."""
    limits = [Blocks("x", 9, 0, 0), Blocks("y", 2, 0, 0)]
    _candidates(session, limits)
    types = {"record_no": "bigint", "email": "varchar", "birth": "varchar"}
    session.stage_rows("people", types, [(1, "a", "1"), (2, "a", None), (3, "a", "1"), (4, "a", "2")])
    session.replace_table("identity.linkage_records", parse("from people"), lambda name: None)
    session.stage("sure", sure_pairs_select([("email", "birth"), ("birth", "email")]))
    assert session.rows(parse("from sure")) == [(1, 3)]
    assert session.rows(missed_select(limits, "sure", "keys", {"x", "y"})) == [(1, 1)]
    session.stage("sure", parse("select 1 as record_no_l, 2 as record_no_r"))
    assert session.rows(missed_select(limits, "sure", "keys", {"x", "y"})) == [(1, 0)]
