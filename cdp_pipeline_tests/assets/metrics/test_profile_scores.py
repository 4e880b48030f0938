from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

ADRIAN = "select profile_id from profile.profiles where email = 'adrian.keller@gmail.com'"


def test_nobody_is_scored_who_does_not_allow_profiling(sample: DuckDBSession) -> None:
    sql = """
    select count(*) as scored, count(*) filter (where profile_id not in (
        select profile_id from profile.consent_state where purpose = 'profiling' and status = 'granted'
    )) from metrics.profile_scores
    """
    ((scored, without),) = sample.rows(parse(sql))
    assert scored > 0
    assert without == 0


def test_only_published_models_have_scores(sample: DuckDBSession) -> None:
    published = "select distinct as_of_day, model from metrics.score_models where is_published order by all"
    scored = "select distinct as_of_day, model from metrics.profile_scores order by all"
    assert sample.rows(parse(scored)) == sample.rows(parse(published))


def test_adrian_is_foretold_something_sensible_with_its_reason(sample: DuckDBSession) -> None:
    sql = f"""
    select choice, reasons from metrics.profile_scores
    where as_of_day = date '2026-11-15' and model = 'next_category' and profile_id = ({ADRIAN})
    """
    ((choice, reasons),) = sample.rows(parse(sql))
    assert choice in ("travel", "boots")  # he watches group travel, and has not bought this autumn's boots
    assert reasons.count("; ") == 2
    assert "(raises it)" in reasons


def test_nothing_just_bought_or_brought_back_is_foretold(sample: DuckDBSession) -> None:
    sql = """
    select count(*) from metrics.profile_scores as scores
    join profile.timeline as timeline
        on scores.profile_id = timeline.profile_id and scores.choice = timeline.category
    where scores.model = 'next_category' and timeline.occurred_on <= scores.as_of_day
        and (
            (timeline.event = 'bought' and timeline.occurred_on > scores.as_of_day - 180)
            or (timeline.event = 'returned' and timeline.occurred_on > scores.as_of_day - 365)
        )
    """
    assert sample.rows(parse(sql)) == [(0,)]
