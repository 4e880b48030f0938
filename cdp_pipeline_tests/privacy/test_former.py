from collections.abc import Mapping

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.privacy.former import ever_found
from cdp_pipeline.privacy.people import found_profiles
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

ADRIAN = "adrian.keller@gmail.com"


def test_whom_a_source_delivers_is_found_as_ever(
    standing: DuckDBSession, project: Project, sidecars: Mapping[str, Sidecar]
) -> None:
    assert ever_found(standing, project, sidecars, ADRIAN) == (found_profiles(standing, ADRIAN, "FR"), [])


def test_whom_none_delivers_any_more_is_found_by_lines_of_past_days(
    standing: DuckDBSession, project: Project, sidecars: Mapping[str, Sidecar]
) -> None:
    (profile,) = found_profiles(standing, ADRIAN, "FR")
    mine = f"select record_id from identity.identity_map where profile_id = '{profile}' order by 1"
    records = [str(row[0]) for row in standing.rows(parse(mine))]
    for table in ("identity.identity_map", "profile.profile_contact_points", "identity.profile_redirects"):
        standing.own().execute(f"delete from {table} where profile_id = '{profile}'")
    profiles, former = ever_found(standing, project, sidecars, ADRIAN)
    assert profiles == [profile]
    assert former
    assert set(former) <= set(records)
    assert ever_found(standing, project, sidecars, records[0]) == ([profile], [records[0]])
    assert ever_found(standing, project, sidecars, profile)[0] == [profile]
    assert ever_found(standing, project, sidecars, "nobody@example.org") == ([], [])
