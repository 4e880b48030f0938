from collections.abc import Mapping

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.privacy.lines import stage_lines
from cdp_pipeline.privacy.people import found_profiles, stage_people
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def test_the_lines_of_every_source_and_day_are_found(
    sample: DuckDBSession, project: Project, sidecars: Mapping[str, Sidecar]
) -> None:
    stage_people(sample, found_profiles(sample, "adrian.keller@gmail.com", "FR"))
    stage_lines(sample, project, sidecars, [])
    found = {str(name) for (name,) in sample.rows(parse("select distinct name from person_lines"))}
    assert {"email_marketing__subscribers", "store_pos__members", "store_pos__receipts", "web_analytics__hits"} <= found
    days = "select count(distinct _extract_date) from person_lines where name = 'store_pos__members'"
    delivered = "select count(distinct _extract_date) from raw.store_pos__members"
    assert sample.rows(parse(days)) == sample.rows(parse(delivered))
    texts = {str(value) for (value,) in sample.rows(parse("from person_texts")) if value}
    assert {"adrian.keller@gmail.com", "Keller"} <= texts


def test_a_contact_point_of_others_too_is_not_the_persons_own(
    sample: DuckDBSession, project: Project, sidecars: Mapping[str, Sidecar]
) -> None:
    ((value, profile),) = sample.rows(
        parse(
            "select value, min(profile_id) from profile.profile_contact_points where kind = 'email' group by value "
            "having count(distinct profile_id) > 1 order by 1 limit 1"
        )
    )
    stage_people(sample, [str(profile)])
    stage_lines(sample, project, sidecars, [("email", str(value))])
    assert (value,) in sample.rows(parse("select value from shared_points"))
    assert (value,) not in sample.rows(parse("select canonical from own_points"))


def test_an_address_that_is_no_records_any_more_is_looked_for_all_the_same(
    sample: DuckDBSession, project: Project, sidecars: Mapping[str, Sidecar]
) -> None:
    stage_people(sample, [])
    stage_lines(sample, project, sidecars, [("email", "gone@example.org")])
    assert sample.rows(parse("select canonical from own_points")) == [("gone@example.org",)]
    assert sample.rows(parse("from person_lines")) == []
