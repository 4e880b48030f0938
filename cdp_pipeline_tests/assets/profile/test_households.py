from datetime import date

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import load_settings
from cdp_pipeline.sql.lineage import parse

Person = tuple[str, str, str | None, str | None, str | None]
LANDLINE, MOBILE = "+33140000001", "+33612345678"

OF_P1 = "Hyrc8ze62nxs"
"""Household of P1: a hash, so that it names nobody."""


def _households(session: DuckDBSession, project: Project, *people: Person) -> dict[str, tuple[object, ...]]:
    """(household, size, head, rule) of people (id, family, street, phone, birth date)."""
    types = dict.fromkeys(("profile_id", "family_name", "street", "phone"), "varchar") | {"birth_date": "date"}
    session.stage_rows("people", types, list(people))
    city = "'Lyon' as city, '69001' as postcode"
    session.replace_table("profile.profiles", parse(f"select *, {city} from people"), lambda name: None)
    points = "select profile_id, 'phone' as kind, phone as value from people where phone is not null"
    session.replace_table("profile.profile_contact_points", parse(points), lambda name: None)
    lines = f"select '{LANDLINE}' as parsed, 'landline' as line_type union all select '{MOBILE}', 'mobile'"
    session.replace_table("staging.parsed_values", parse(lines), lambda name: None)
    members = parse("select profile_id, profile_id as record_id from people")
    session.replace_table("identity.identity_map", members, lambda name: None)
    table = load_catalogue(project)["profile.households"]
    table.build(TableRun(table, session, project, load_settings(), (date(2026, 11, 15),), "run"))
    found = session.rows(parse("from profile.households"))
    return {str(row[0]): row[1:] for row in found}


def test_one_address_and_family_name_is_a_household(session: DuckDBSession, project: Project) -> None:
    found = _households(
        session,
        project,
        ("P1", "Martin", "1 rue A", None, "1990-01-01"),
        ("P2", "MARTIN", "1, R. A", None, "1960-01-01"),
        ("P3", "Durand", "1 rue A", None, None),
    )
    assert found["P1"] == (OF_P1, 2, False, "same address and family name")
    assert found["P2"] == (OF_P1, 2, True, "same address and family name")
    assert found["P3"] == ("Htoss89lyv8i", 1, True, "alone")


def test_a_shared_landline_joins_people_of_two_names(session: DuckDBSession, project: Project) -> None:
    found = _households(
        session, project, ("P1", "Martin", "1 rue A", LANDLINE, None), ("P2", "Durand", None, LANDLINE, None)
    )
    assert found["P2"] == (OF_P1, 2, False, "shared landline")


def test_a_shared_mobile_joins_nobody(session: DuckDBSession, project: Project) -> None:
    found = _households(
        session, project, ("P1", "Martin", "1 rue A", MOBILE, None), ("P2", "Durand", "2 rue B", MOBILE, None)
    )
    assert {row[1] for row in found.values()} == {1}


def test_an_office_is_no_household(session: DuckDBSession, project: Project) -> None:
    people = [(f"P{number:02}", f"Name{number}", None, LANDLINE, None) for number in range(11)]
    assert _households(session, project, *people) == {}


def test_bonds_chain(session: DuckDBSession, project: Project) -> None:
    found = _households(
        session,
        project,
        ("P1", "Martin", "1 rue A", None, None),
        ("P2", "Martin", "1 rue A", LANDLINE, None),
        ("P3", "Durand", None, LANDLINE, None),
    )
    assert {row[0] for row in found.values()} == {OF_P1}
    assert found["P3"][3] == "same address and family name, shared landline"
