from cdp_pipeline.config.project import Project
from cdp_pipeline.privacy.partners import partner_cells, partners, queue_removals, removals_of
from cdp_pipeline.privacy.people import found_profiles, stage_people
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def _held(session: DuckDBSession, destination: str) -> str:
    sql = f"select min(profile_id) from activation.delivery_members where destination = '{destination}'"
    return str(session.rows(parse(sql))[0][0])


def test_a_removal_names_what_the_partner_knows(sample: DuckDBSession, project: Project) -> None:
    who = _held(sample, "marketing_cloud")
    stage_people(sample, [who])
    assert "marketing_cloud" in partners(sample)
    ((request, destination, number, keys, held_as_of, removed_on),) = [
        row for row in removals_of(sample, "E1") if row[1] == "marketing_cloud"
    ]
    assert (request, destination, number, removed_on) == ("E1", "marketing_cloud", 1, None)
    assert [len(key) for key in keys] == [16]
    assert str(held_as_of) == "2026-11-15"
    assert keys[0] in partner_cells(sample, project)


def test_nobody_has_nothing_to_be_removed(sample: DuckDBSession, project: Project) -> None:
    stage_people(sample, found_profiles(sample, "nobody@nowhere.example", "FR"))
    assert (partners(sample), removals_of(sample, "E1"), partner_cells(sample, project)) == ([], [], set())


def test_removals_of_several_requests_queue_up(session: DuckDBSession) -> None:
    for request in ("E1", "E2"):
        queue_removals(session, [(request, "mailer", 1, ["0" * 64, None], None, None)])
    asked = session.rows(parse("select request_id, keys[1] is null, removed_on from activation.removals order by all"))
    assert asked == [("E1", False, None), ("E2", False, None)]
