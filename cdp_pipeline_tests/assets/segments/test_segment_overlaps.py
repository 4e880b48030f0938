from cdp_pipeline.assets.segments.segment_overlaps import select
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse


def test_two_segments_share_who_is_in_both_on_the_day(run_of_a_day: DuckDBSession, project: Project) -> None:
    today, before = "2026-11-15", "2026-11-14"
    members = [(today, "a", "P"), (today, "b", "P"), (today, "a", "Q"), (today, "b", "Q"), (today, "c", "Q")]
    members += [(today, "c", "R"), (before, "a", "R"), (before, "c", "R")]
    types = {"as_of_day": "date", "segment": "varchar", "profile_id": "varchar"}
    run_of_a_day.stage_rows("given", types, members)
    run_of_a_day.replace_table("segments.segment_members", parse("select * from given"), unaudited)
    run_of_a_day.stage("found", select(project, None))  # type: ignore[arg-type]
    told = "select as_of_day::varchar, segment_a, segment_b, members from found order by segment_a, segment_b"
    assert run_of_a_day.rows(parse(told)) == [(today, "a", "b", 2), (today, "a", "c", 1), (today, "b", "c", 1)]
