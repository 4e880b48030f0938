from cdp_pipeline.assets.metrics.campaign_performance import QUERIES, REMOVALS
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.attribution import removal_effects
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.metrics.touch_worlds import with_journeys

TOUCHES = (
    ("P", "2026-11-01 10:00", "email", "clicked", None, "C1"),
    ("P", "2026-11-02 10:00", "web", "viewed"),
    ("P", "2026-11-03 10:00", "web", "order", None, None, 30),
    ("Q", "2026-11-01 10:00", "email", "clicked", None, "C2"),
)


def _taken(session: DuckDBSession, project: Project, *touches: tuple[object, ...], **asked: object) -> DuckDBSession:
    with_journeys(session, project, *touches, **asked)
    session.stage("journeys_taken", QUERIES["journeys_taken"])
    return session


def test_transitions_lead_from_a_start_to_a_purchase_or_to_nothing(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    session = _taken(run_of_a_day, project, *TOUCHES)
    assert session.rows(QUERIES["transitions"]) == [
        ("(start)", "campaign C1", 1),
        ("(start)", "campaign C2", 1),
        ("campaign C1", "web viewed", 1),
        ("campaign C2", "(null)", 1),
        ("web viewed", "(conversion)", 1),
    ]


def test_repeated_steps_count_once(run_of_a_day: DuckDBSession, project: Project) -> None:
    again = ("Q", "2026-11-02 10:00", "email", "opened", None, "C2")
    session = _taken(run_of_a_day, project, *TOUCHES[3:], again)
    assert session.rows(QUERIES["transitions"]) == [("(start)", "campaign C2", 1), ("campaign C2", "(null)", 1)]


def test_each_attribution_shares_out_all_purchases(run_of_a_day: DuckDBSession, project: Project) -> None:
    session = _taken(run_of_a_day, project, *TOUCHES)
    effects = removal_effects({(a, b): number for a, b, number in session.rows(QUERIES["transitions"])})
    rows = [(step, effect, effect / sum(effects.values())) for step, effect in sorted(effects.items())]
    session.stage_rows("removals", REMOVALS, rows)
    session.stage("found", QUERIES["attributed"])
    told = (
        "select touchpoint, first_touch_conversions, last_touch_conversions, markov_conversions from found order by 1"
    )
    assert session.rows(parse(told)) == [
        ("campaign C1", 1, 0, 0.5),
        ("campaign C2", 0, 0, 0.0),
        ("web viewed", 0, 1, 0.5),
    ]
    sums = "select cast(sum(first_touch_revenue) as integer), cast(sum(markov_revenue) as integer) from found"
    assert session.rows(parse(sums)) == [(30, 30)]


def test_the_first_touch_is_that_of_the_whole_journey(run_of_a_day: DuckDBSession, project: Project) -> None:
    events = ["viewed", "clicked", "opened"]
    touches = [("P", f"2026-11-0{n + 1} 10:00", "web", event) for n, event in enumerate(events)]
    order = ("P", "2026-11-04 10:00", "web", "order", None, None, 30)
    session = _taken(run_of_a_day, project, *touches, order, longest=2)
    session.stage_rows("removals", REMOVALS, [(f"web {event}", 1, 0.3) for event in events])
    session.stage("found", QUERIES["attributed"])
    sql = "select touchpoint, first_touch_conversions, last_touch_conversions from found order by 1"
    assert session.rows(parse(sql)) == [("web clicked", 0, 0), ("web opened", 0, 1), ("web viewed", 1, 0)]
