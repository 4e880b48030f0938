from hashlib import sha256

from cdp_pipeline.config.project import Project
from cdp_pipeline.privacy.partners import partner_rows, partners, queue_removals, removals_of
from cdp_pipeline.privacy.people import found_profiles, stage_people
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

ADRIAN = "adrian.keller@gmail.com"


def test_a_removal_is_asked_by_hashes_of_what_the_partner_holds(sample: DuckDBSession, project: Project) -> None:
    stage_people(sample, found_profiles(sample, ADRIAN, "FR"))
    assert partners(sample) == ["marketing_cloud"]
    assert any(ADRIAN in row for _, row in partner_rows(sample, project))
    asked = {(row[1], row[2], row[3]) for row in removals_of(sample, project, "E1")}
    assert ("marketing_cloud", "EmailAddress", sha256(ADRIAN.encode()).hexdigest()) in asked
    assert all(len(digest) == 64 for _, _, digest in asked)


def test_nobody_has_nothing_to_be_removed(sample: DuckDBSession, project: Project) -> None:
    stage_people(sample, [])
    assert (partners(sample), removals_of(sample, project, "E1")) == ([], [])


def test_removals_of_several_requests_queue_up(session: DuckDBSession) -> None:
    for request in ("E1", "E2"):
        queue_removals(session, [(request, "mailer", "EmailAddress", "0" * 64, "2026-11-15", None)])
    asked = session.rows(parse("select request_id, removed_on from activation.removals order by all"))
    assert asked == [("E1", None), ("E2", None)]
