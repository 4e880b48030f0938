from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest

from cdp_pipeline.assets.clusters import stage_clusters
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

STRONG, WEAK = 30.0, 2.5
LEFT, RIGHT, ELSEWHERE, ALONE = (1, 2, 3), (11, 12, 13), (21, 22), 31


def _clusters(session: DuckDBSession, project: Project, links: list[tuple[int, int, float]], largest: int = 60) -> Any:
    """The records of each cluster, and how many bridges were cut."""
    nodes = [(record,) for record in (*LEFT, *RIGHT, *ELSEWHERE, ALONE)]
    session.stage_rows("working", {"record_no": "bigint"}, nodes)
    types = {"record_no_l": "bigint", "record_no_r": "bigint", "strength": "double"}
    session.stage_rows("links", types, links)
    session.stage_rows("decisions", dict.fromkeys(("decision", "record_id_l", "record_id_r"), "varchar"), [])
    records = parse("select record_no, 'r' || record_no as record_id, null as national_id from working")
    session.replace_table("identity.linkage_records", records, lambda name: None)
    held = parse("select null as record_id, null as type, null as value where false")
    session.replace_table("unified.identifiers", held, lambda name: None)
    guards = project.identity.guards.model_copy(update={"max_records": largest})
    run: Any = SimpleNamespace(session=session, metadata={})
    stage_clusters(run, project.identity.model_copy(update={"guards": guards}), [])
    found = session.rows(parse("select list(record_no order by record_no) from clusters group by cluster"))
    return sorted(tuple(row[0]) for row in found), run.metadata["bridges cut"]


@pytest.fixture
def groups() -> list[tuple[int, int, float]]:
    return [(*pair, STRONG) for group in (LEFT, RIGHT, ELSEWHERE) for pair in combinations(group, 2)]


def test_a_weak_link_that_alone_joins_two_groups_is_cut_and_all_else_stays(
    session: DuckDBSession, project: Project, groups: list[tuple[int, int, float]]
) -> None:
    assert _clusters(session, project, [*groups, (3, 11, WEAK)]) == ([LEFT, RIGHT, ELSEWHERE, (ALONE,)], 1)


def test_a_strong_link_joins_them(
    session: DuckDBSession, project: Project, groups: list[tuple[int, int, float]]
) -> None:
    assert _clusters(session, project, [*groups, (3, 11, STRONG)]) == ([LEFT + RIGHT, ELSEWHERE, (ALONE,)], 0)


def test_a_group_of_too_many_records_is_cut(
    session: DuckDBSession, project: Project, groups: list[tuple[int, int, float]]
) -> None:
    found, _ = _clusters(session, project, [*groups, (3, 11, 5.0)], largest=3)
    assert found == [LEFT, RIGHT, ELSEWHERE, (ALONE,)]
