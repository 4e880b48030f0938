from datetime import date

import pytest

from cdp_pipeline.assets.profile_ids import QUERIES, stage_ids
from cdp_pipeline.domain.profile_ids import mint
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse

CLUSTERS = [(1, 1), (2, 1), (3, 3), (4, 4), (5, 4)]
"""Records 1 and 2, record 3, records 4 and 5."""


def _ids(session: DuckDBSession, *before: tuple[int, str], is_logged: bool = False) -> dict[int, str]:
    session.stage_rows("clusters", {"record_no": "bigint", "cluster": "bigint"}, CLUSTERS)
    session.stage_rows("before", {"record_no": "bigint", "profile_id": "varchar"}, list(before))
    stage_ids(session, is_logged)
    return dict(session.rows(parse("select cluster, profile_id from ids")))


def test_an_id_stays_where_nobody_contests_it(session: DuckDBSession) -> None:
    ids = _ids(session, (1, "PA"), (2, "PA"), (3, "PB"))
    assert (ids[1], ids[3]) == ("PA", "PB")
    assert ids[4].startswith("P") and len(ids[4]) == 12


def test_the_most_records_win_a_contest(session: DuckDBSession) -> None:
    ids = _ids(session, (1, "PA"), (2, "PA"), (3, "PA"), (4, "PB"), (5, "PB"))
    assert (ids[1], ids[4]) == ("PA", "PB")
    assert ids[3] not in ("PA", "PB")


def test_an_id_that_was_ever_issued_is_not_minted_again(session: DuckDBSession) -> None:
    first, second = mint("3", set()), mint("3", {mint("3", set())})
    minted = [("mint", profile, date(2026, 11, 9)) for profile in (first, second)]
    session.stage_rows("log", {"event": "varchar", "profile_id": "varchar", "happened_on": "date"}, minted)
    session.replace_table("identity.identity_events", parse("select * from log"), unaudited)
    ids = _ids(session, (1, "PA"), (4, "PB"), is_logged=True)
    assert ids[3] == mint("3", {first, second})


def test_two_clusters_that_would_be_minted_one_id_get_two(
    session: DuckDBSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = {**QUERIES, "minted": parse("select distinct cluster, 'P00000000001' as profile_id from clusters")}
    monkeypatch.setattr("cdp_pipeline.assets.profile_ids.QUERIES", same)
    ids = _ids(session)
    assert {cluster: ids[cluster] for cluster in (1, 3, 4)} == {
        c: mint(str(c), {mint(str(c), set())}) for c in (1, 3, 4)
    }


def test_the_engine_mints_as_the_domain_does(session: DuckDBSession) -> None:
    minted = session.rows(parse("select range, id_of('P', range || '#0') from range(500)"))
    assert dict(minted) == {number: mint(str(number), set()) for number in range(500)}
