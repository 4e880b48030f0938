import pytest

from cdp_pipeline.domain.person import KEYS
from cdp_pipeline.privacy.people import found_profiles, stage_people
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse

ADRIAN = "adrian.keller@gmail.com"


def _adrian(sample: DuckDBSession) -> str:
    (profile,) = found_profiles(sample, ADRIAN, "FR")
    return profile


@pytest.mark.parametrize("who", [" Adrian.Keller@GMAIL.com ", "a.d.r.i.a.n.keller+shoes@gmail.com", "06 11 22 33 44"])
def test_a_person_is_found_however_the_contact_point_is_written(sample: DuckDBSession, who: str) -> None:
    assert found_profiles(sample, who, "FR") == [_adrian(sample)]


def test_a_person_is_found_by_a_record_and_by_the_profile(sample: DuckDBSession) -> None:
    adrian = _adrian(sample)
    stage_people(sample, [adrian])
    records = [str(row[0]) for row in sample.rows(parse("select record_id from person_records"))]
    assert len(records) == 4
    for who in (adrian, *records):
        assert found_profiles(sample, who, "FR") == [adrian]
    assert found_profiles(sample, "nobody@example.org", "FR") == []


def test_a_device_of_several_people_is_nobodys_own(session: DuckDBSession) -> None:
    tables = {
        "identity.identity_map": "select 'r1' as record_id, 1 as record_no, 'P1' as profile_id",
        "identity.identity_events": "select 1 as event_no, 'r1' as record_id, 'P1' as profile_id",
        "identity.profile_redirects": "select 'P0' as profile_id, 'P1' as current_profile_id",
        "identity.device_map": "from (values ('own', 'P1'), ('own', 'P0'), ('family', 'P1'), ('family', 'P2'), "
        "('half', 'P1'), ('half', null)) as map (visitor_id, profile_id)",
        "unified.orders": "from (values ('o1', 'r1'), ('o2', 'r2')) as orders (order_id, record_id)",
        "profile.timeline": "from (values ('t1', 'P1'), ('t2', 'P2')) as timeline (touch_id, profile_id)",
    }
    for name, query in tables.items():
        session.replace_table(name, parse(query), unaudited)
    stage_people(session, ["P1"])
    staged = {name: session.rows(parse(f"from {name} order by all")) for name in KEYS}
    assert staged == {
        "person_profiles": [("P0",), ("P1",)],
        "person_records": [("r1",)],
        "person_numbers": [(1,)],
        "person_orders": [("o1",)],
        "person_visitors": [("own",)],
        "person_touches": [("t1",)],
    }
