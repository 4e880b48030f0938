"""What the sample must show end to end: Adrian, accuracy against the truth, and the summary."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.accuracy import pairwise
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.homes import cdp

RECORDS = (
    "email_marketing.subscribers:s900001",
    "sales_crm.contacts:c900001",
    "store_pos.members:l900001",
    "web_shop.accounts:a900001",
)


@pytest.fixture(scope="module")
def adrian(sample: DuckDBSession) -> str:
    found = sample.rows(parse(f"select distinct profile_id from identity.identity_map where record_id in {RECORDS}"))
    assert len(found) == 1, "Adrian is one profile from shop, store, CRM and e-mail"
    return str(found[0][0])


def _of(sample: DuckDBSession, sql: str, adrian: str) -> list[tuple[Any, ...]]:
    return sample.rows(parse(sql.replace("$adrian", f"'{adrian}'")))


def test_adrians_profile_holds_his_four_records_only(sample: DuckDBSession, adrian: str) -> None:
    found = _of(
        sample,
        "select record_id from identity.identity_map where profile_id = $adrian order by record_id",
        adrian,
    )
    assert tuple(row[0] for row in found) == RECORDS


def test_the_jumper_of_last_week_is_in_his_timeline(sample: DuckDBSession, adrian: str) -> None:
    sql = "select occurred_on, channel from profile.timeline where profile_id = $adrian and event = 'bought' and object_id = 'JUM-021'"
    assert [(str(day), channel) for day, channel in _of(sample, sql, adrian)] == [("2026-11-11", "store")]


def test_the_jumper_campaign_leaves_him_out_because_he_bought_it(sample: DuckDBSession, adrian: str) -> None:
    days = _of(
        sample,
        "select distinct as_of_day from segments.segment_members where profile_id = $adrian and segment = 'jumper_campaign' order by 1",
        adrian,
    )
    assert [str(row[0]) for row in days] == ["2026-11-09", "2026-11-10"], (
        "in until the day of the purchase, out from then on"
    )


def test_the_second_visit_with_his_phone_is_his(sample: DuckDBSession, adrian: str) -> None:
    sql = "select touch_id, attributed_by from profile.timeline where profile_id = $adrian and visitor_id = 'vadrianphone' order by occurred_at"
    assert [row[1] for row in _of(sample, sql, adrian)] == ["record", "device", "device"]


def test_what_his_laptop_did_before_he_signed_in_is_his_too(sample: DuckDBSession, adrian: str) -> None:
    sql = "select attributed_by from profile.timeline where profile_id = $adrian and visitor_id = 'vadrianlaptop' order by occurred_at"
    assert [row[0] for row in _of(sample, sql, adrian)] == ["device", "record", "device"]


def test_he_is_interested_in_group_travel(sample: DuckDBSession, adrian: str) -> None:
    sql = "select 1 from segments.segment_members where profile_id = $adrian and segment = 'group_travel_interest' and as_of_day = date '2026-11-15'"
    assert _of(sample, sql, adrian) == [(1,)]


def test_his_boots_and_sandals_are_known(sample: DuckDBSession, adrian: str) -> None:
    sql = "select category, count(*) from profile.timeline where profile_id = $adrian and event = 'bought' group by category order by category"
    assert _of(sample, sql, adrian) == [("boots", 5), ("jumpers", 1), ("sandals", 5)]


def test_womens_clothing_never_reaches_him(sample: DuckDBSession, adrian: str) -> None:
    sql = "select count(*) from segments.segment_members where segment = 'womens_clothing' and profile_id = $adrian"
    assert _of(sample, sql, adrian) == [(0,)]
    others = sample.rows(parse("select count(*) from segments.segment_members where segment = 'womens_clothing'"))
    assert others[0][0] > 0


def test_he_left_the_jumper_campaign_with_the_reason(sample: DuckDBSession, adrian: str) -> None:
    sql = "select as_of_day, change, reason from segments.segment_changes where profile_id = $adrian and segment = 'jumper_campaign' and change = 'left'"
    ((day, _, reason),) = _of(sample, sql, adrian)
    assert str(day) == "2026-11-11"
    assert reason.startswith("no longer: nothing of this: at least 1 × article bought in the last 365 days")


def test_precision_and_recall_against_the_truth(sample_home: Path, tmp_path: Path) -> None:
    made = cdp(tmp_path, "demo", "--out", str(tmp_path))
    assert made.returncode == 0
    truth = "select record_id, person_id as person from read_csv(?, all_varchar = true)"
    precision, recall, _ = pairwise(sample_home, truth, [str(tmp_path / "data" / "truth" / "records.csv")])
    assert precision >= 0.99
    assert recall >= 0.93


def test_every_record_is_in_exactly_one_profile(sample: DuckDBSession) -> None:
    records = sample.rows(parse("select count(*) from unified.person_records"))
    mapped = sample.rows(parse("select count(*), count(distinct record_id) from identity.identity_map"))
    assert mapped == [(records[0][0], records[0][0])]


def test_the_map_can_be_replayed_from_its_events(sample: DuckDBSession) -> None:
    sql = (
        "select count(*) from identity.identity_map as member join (select record_id, max_by(profile_id, event_no) as profile_id "
        "from identity.identity_events where event = 'join' group by record_id) as replayed "
        "on member.record_id = replayed.record_id and member.profile_id = replayed.profile_id"
    )
    assert sample.rows(parse(sql)) == sample.rows(parse("select count(*) from identity.identity_map"))


def test_no_delivered_person_lacks_consent(sample: DuckDBSession) -> None:
    sql = (
        "select count(*) from activation.delivery_members as members left join profile.consent_state as consent "
        "on members.profile_id = consent.profile_id and consent.status = 'granted' "
        "and consent.purpose = case members.destination when 'google_ads' then 'ads_personalisation' when 'website' then 'profiling' else 'newsletter' end "
        "and consent.channel = case members.destination when 'google_ads' then 'ads' when 'website' then 'web' else 'email' end "
        "where consent.profile_id is null"
    )
    assert sample.rows(parse(sql)) == [(0,)]


def test_the_summary_says_what_came_out(sample_home: Path) -> None:
    output = (sample_home / "output.txt").read_text()
    for words in (
        "person records",
        "profiles",
        "merge rate",
        "checks held / warned / blocked",
        "jumper_campaign",
        "google_ads",
        "Seconds by layer",
        "make ui",
    ):
        assert words in output


def test_a_profile_is_shown_by_address_number_and_id(sample_home: Path, adrian: str) -> None:
    for who in ("adrian.keller+x@gmail.com", "06 11 22 33 44", adrian, "web_shop.accounts:a900001"):
        shown = cdp(sample_home, "show", who)
        assert shown.returncode == 0
        assert adrian in shown.stdout
        assert "JUM-021" in shown.stdout


def test_an_unknown_address_is_told_without_repeating_it(sample_home: Path) -> None:
    shown = cdp(sample_home, "show", "nobody@example.org")
    assert shown.returncode == 1
    assert "nobody@example.org" not in shown.stderr


def test_a_rerun_of_an_old_day_sends_nothing_old(sample_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(sample_home, tmp_path / "home")
    warehouse = str(home / "data" / "warehouse" / "cdp.duckdb")

    def told() -> list[tuple[object, ...]]:
        with duckdb.connect(warehouse, read_only=True) as reader:
            return reader.execute("from activation.deliveries order by all").fetchall()

    before = told()
    done = cdp(home, "run", "--date", "2026-11-14", "--select", "group:activation")
    assert done.returncode == 0, done.stderr
    assert told() == before
    assert {path.name for path in (home / "data" / "exports" / "google_ads").iterdir()} == {"2026-11-15.1"}
