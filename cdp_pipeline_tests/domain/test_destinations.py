import hashlib

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.destinations import file_select
from cdp_pipeline.domain.expressions import literal
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

PROFILE = (
    "select 'P1' as profile_id, '=Jean' as given_name, 'D''Arc' as family_name, 'j.ean+x@gmail.com' as email, "
    "'+33612345678' as phone, 'FR' as country, '75011' as postcode, null as language"
)


def _row(session: DuckDBSession, file_format: str) -> tuple[object, ...]:
    content = {
        "name": "d",
        "description": "d",
        "format": file_format,
        "segments": ["s"],
        "channel": "email",
        "purposes": ["p"],
    }
    session.replace_table("profile.profiles", parse(PROFILE), lambda name: None)
    members = "select 1 as as_of_day, 'd' as destination, 'P1' as profile_id"
    session.replace_table("activation.delivery_members", parse(members), lambda name: None)
    (row,) = session.rows(file_select(Destination.model_validate(content), literal(1)))
    return row


def _sha256(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def test_google_customer_match_as_documented(session: DuckDBSession) -> None:
    expected = (_sha256("jean@gmail.com"), _sha256("+33612345678"), _sha256("=jean"), _sha256("d'arc"), "FR", "75011")
    assert _row(session, "google_customer_match") == expected


def test_a_name_is_no_formula_in_a_plain_file(session: DuckDBSession) -> None:
    expected = ("P1", "j.ean+x@gmail.com", "'=Jean", "D'Arc", "fr")
    assert _row(session, "salesforce_marketing_cloud") == expected
