from datetime import date

import pytest

from cdp_pipeline.assets.metrics.score_inputs import JUDGED, LEARNT, stage_drawn, stage_histories, stage_judged
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

CUTOFF = date(2026, 6, 30)


@pytest.fixture
def drawn(session: DuckDBSession) -> DuckDBSession:
    """A hundred customers, each with a purchase before the cutoff and one in the days after it."""
    bought = (
        "select 'P' || n as profile_id, unnest([date '2026-06-01', date '2026-07-15']) as ordered_on, 10.0 as amount"
    )
    session.stage("purchase_days", parse(f"{bought} from range(100) as people(n)"))
    session.stage("parameters", parse("select 20 as learn_from, 30 as judge_by, 90 as horizon_days"))
    stage_drawn(session)
    return session


def _people(session: DuckDBSession, table: str) -> set[str]:
    return {str(row[0]) for row in session.rows(parse(f"select profile_id from {table}"))}


def test_no_more_customers_are_drawn_than_are_asked_for(drawn: DuckDBSession) -> None:
    assert (len(_people(drawn, LEARNT)), len(_people(drawn, JUDGED))) == (20, 30)


def test_the_two_draws_are_not_one(drawn: DuckDBSession) -> None:
    assert not _people(drawn, LEARNT) <= _people(drawn, JUDGED)


def test_a_draw_does_not_change_with_who_else_is_there(drawn: DuckDBSession) -> None:
    before = _people(drawn, JUDGED)
    drawn.stage("purchase_days", parse("select * from purchase_days where profile_id <= 'P5'"))
    stage_drawn(drawn)
    assert {person for person in before if person <= "P5"} <= _people(drawn, JUDGED)


def test_histories_are_of_the_purchases_asked_for(drawn: DuckDBSession) -> None:
    stage_histories(drawn, CUTOFF)
    assert len(_people(drawn, "histories")) == 100
    stage_histories(drawn, CUTOFF, LEARNT)
    assert _people(drawn, "histories") == _people(drawn, LEARNT)


def test_models_are_judged_by_what_the_drawn_did_after_the_cutoff(drawn: DuckDBSession) -> None:
    stage_judged(drawn, CUTOFF)
    found = drawn.rows(parse("select count(*), min(purchases), max(purchases), min(spent_later) from outcomes"))
    assert found == [(30, 1, 1, 10.0)]
