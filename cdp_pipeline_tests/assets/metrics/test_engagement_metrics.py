from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.touch_worlds import METRICS, stage_timeline


def _found(session: DuckDBSession, asked: str, *touches: tuple[object, ...]) -> list[tuple[object, ...]]:
    stage_timeline(session, touches)
    cases = (
        "select null as record_id, null as opened_on, null as opened_at, null as case_id, null as satisfaction_score"
    )
    session.replace_table("unified.service_cases", parse(f"{cases} where false"), unaudited)
    members = "select null as record_id, null as profile_id where false"
    session.replace_table("identity.identity_map", parse(members), unaudited)
    session.stage("found", parse((METRICS / "engagement_metrics.sql").read_text(encoding="utf-8")))
    return session.rows(parse(f"select {asked} from found order by profile_id"))


def test_the_preferred_hour_is_local_whatever_the_season(run_of_a_day: DuckDBSession) -> None:
    """Paris is an hour ahead of UTC in winter, two in summer."""
    summer = [("P", f"2026-07-0{day} 07:30", "email", "opened") for day in (1, 2)]
    winter = [("P", "2026-11-01 08:30", "email", "opened"), ("P", "2026-11-02 12:00", "web", "viewed")]
    assert _found(run_of_a_day, "preferred_hour", *summer, *winter) == [(9,)]


def test_touches_of_ninety_days_count_and_sent_mail_is_no_activity(run_of_a_day: DuckDBSession) -> None:
    touches = [
        ("P", "2026-11-14 10:00", "email", "sent"),
        ("P", "2026-11-10 10:00", "email", "clicked", None, "C2"),
        ("P", "2026-11-10 11:00", "email", "opened"),
        ("P", "2026-03-01 10:00", "web", "viewed", None, "C1"),
        ("P", "2026-11-16 10:00", "web", "viewed"),
    ]
    asked = "emails_sent_90d, emails_clicked_90d, web_views_90d, active_days_90d, engaged_channel, first_campaign_id, last_campaign_id, last_active_on::varchar"
    assert _found(run_of_a_day, asked, *touches) == [(1, 1, 0, 1, "email", "C1", "C2", "2026-11-10")]
