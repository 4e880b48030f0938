from typing import Any

import pytest

from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.guards import conflict_steps, holding, proofs_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

Record = tuple[str | None, str | None, str | None, str | None]


def _conflicts(
    session: DuckDBSession, project: Project, *records: Record, decisions: tuple[tuple[str, str, str], ...] = ()
) -> list[Any]:
    """Records (given, family, birth, national_id) that all stand in one cluster."""
    types = {
        "record_no": "bigint",
        "record_id": "varchar",
        "given": "varchar",
        "family": "varchar",
        "birth": "varchar",
        "national_id": "varchar",
    }
    session.stage_rows(
        "content", types, [(place, f"r{place}", *record) for place, record in enumerate(records, start=1)]
    )
    nothing = "null as email, null as own_email, null as phone, null as street"
    records_read = parse(
        f"select *, given || ' ' || family as full_key, given_root(given) as given_root, {nothing} from content"
    )
    session.replace_table("identity.linkage_records", records_read, lambda name: None)
    numbers = "select null as parsed, null as line_type where false"
    session.replace_table("staging.parsed_values", parse(numbers), lambda name: None)
    session.stage("clusters", parse("select record_no, 0 as cluster from content"))
    session.stage_rows(
        "decisions", {"decision": "varchar", "record_id_l": "varchar", "record_id_r": "varchar"}, list(decisions)
    )
    session.stage_rows(
        "common_names", {"given": "varchar"}, [("christine",), ("christophe",), ("catherine",), ("kathryn",)]
    )
    guards = holding(project.identity, session.rows(proofs_select(project.identity)))
    return _found(session, project, guards)


def _found(session: DuckDBSession, project: Project, guards: list[str]) -> list[Any]:
    for name, step in conflict_steps(project.identity, guards):
        session.stage(name, step)
    return sorted(session.rows(parse("select record_no_l, record_no_r from conflicts")))


@pytest.mark.parametrize(
    ("other", "conflicts"),
    [
        (("marie", "dupont", None, None), [(1, 2)]),
        (("jean", "dupont", "19550912", None), [(1, 2)]),
        (("jean pierre", "dupont", "19850131", None), []),
        (("dupont", "jean", "19850131", None), []),
        (("j", "dupont", None, None), []),
        ((None, None, None, None), []),
    ],
)
def test_who_can_not_be_the_same_person(
    session: DuckDBSession, project: Project, other: Record, conflicts: list[Any]
) -> None:
    assert _conflicts(session, project, ("jean", "dupont", "19850131", None), other) == conflicts


@pytest.mark.parametrize(
    ("other", "births", "conflicts"),
    [
        ("christophe", (None, None), [(1, 2)]),
        ("christophe", ("19850131", None), [(1, 2)]),
        ("christophe", ("19850131", "19850131"), []),
        ("christina", (None, None), []),
        ("christ", (None, None), []),
    ],
)
def test_two_common_names_are_two_people(
    session: DuckDBSession, project: Project, other: str, births: tuple[str | None, str | None], conflicts: list[Any]
) -> None:
    records = (("christine", "david", births[0], None), (other, "david", births[1], None))
    assert _conflicts(session, project, *records) == conflicts


def test_two_ways_to_write_a_common_name_are_one(session: DuckDBSession, project: Project) -> None:
    assert _conflicts(session, project, ("catherine", "david", None, None), ("kathryn", "david", None, None)) == []


def test_a_decisive_number_excuses_a_deviating_name(session: DuckDBSession, project: Project) -> None:
    assert _conflicts(session, project, ("jean", "dupont", None, "1234567"), ("marie", "dupont", None, "1234568")) == []


def test_a_record_proved_by_its_number_is_excused_with_its_friends(session: DuckDBSession, project: Project) -> None:
    found = _conflicts(
        session,
        project,
        ("jean", "dupont", "19850131", "1234567"),
        ("jean", "dupont", "19550912", "1234567"),
        ("jean", "dupont", "19850131", None),
    )
    assert found == []


def test_a_record_that_bears_both_names_excuses_each(session: DuckDBSession, project: Project) -> None:
    apart = (("jean", "dupont", None, None), ("marie", "dupont", None, None))
    assert _conflicts(session, project, *apart, ("jean marie", "dupont", None, None)) == []


def test_two_slips_of_a_name_are_excused_by_a_record_that_bears_it(session: DuckDBSession, project: Project) -> None:
    slips = (("jen", "dupont", None, None), ("ean", "dupont", None, None))
    assert _conflicts(session, project, *slips) == [(1, 2)]
    assert _conflicts(session, project, *slips, ("jean", "dupont", None, None)) == []


def test_common_names_in_each_others_place_or_as_initials_are_one(session: DuckDBSession, project: Project) -> None:
    person = ("christine", "christophe", None, None)
    assert _conflicts(session, project, person, ("christophe", "christine", None, None)) == []
    assert _conflicts(session, project, person, ("c", "christophe", None, None)) == []


def test_values_full_of_errors_keep_nobody_apart(session: DuckDBSession, project: Project) -> None:
    """A hundred pairs proved by number and birth, of which each third differs in its given name."""
    proved = [
        (given, "dupont", f"1985{number:04}", f"{number}{number:07}")
        for number in range(1, 151)
        for given in ("jean", "marie" if number % 3 == 0 else "jean")
    ]
    apart = (("jean", "martin", None, None), ("marie", "martin", None, None))
    assert (301, 302) not in _conflicts(session, project, *proved, *apart)


def test_a_must_link_excuses_what_it_was_decided_upon(session: DuckDBSession, project: Project) -> None:
    people = (
        ("jean", "dupont", "19850131", None),
        ("jean", "dupont", "19850131", None),
        ("jean", "dupont", "19550912", None),
    )
    decided = (("must_link", "r3", "r1"),)
    assert _conflicts(session, project, *people) == [(1, 3), (2, 3)]
    assert _conflicts(session, project, *people, decisions=decided) == []


def test_the_stewards_decision_holds_records_apart(session: DuckDBSession, project: Project) -> None:
    twice = (("jean", "dupont", None, None), ("jean", "dupont", None, None))
    assert _conflicts(session, project, *twice, decisions=(("cannot_link", "r1", "r2"),)) == [(1, 2)]


Contact = tuple[str | None, str | None, str | None]
HOUSEHOLDS = "family@x.fr"
OF_FATHER, OF_SON, TYPED_WRONG, LANDLINE = "+33612345678", "+33687654321", "+33612345687", "+33140000001"


@pytest.mark.parametrize(
    ("guard", "email", "phone", "births", "apart"),
    [
        ("namesake", "son@x.fr", None, (None, "19850131"), True),
        ("namesake", "son@x.fr", OF_FATHER, (None, None), False),
        ("namesake", "father@x.fr", None, (None, None), False),
        ("namesake", HOUSEHOLDS, None, (None, None), False),
        ("namesake", "son@x.fr", None, ("19850131", "19850131"), False),
        ("mobile", None, OF_SON, (None, "19850131"), True),
        ("mobile", "father@x.fr", OF_SON, (None, None), False),
        ("mobile", None, TYPED_WRONG, (None, None), False),
        ("mobile", None, LANDLINE, (None, None), False),
        ("mobile", None, OF_SON, ("19850131", "19850131"), False),
    ],
)
def test_namesakes_of_one_street_with_nothing_in_common_may_be_father_and_son(
    session: DuckDBSession,
    project: Project,
    guard: str,
    email: str | None,
    phone: str | None,
    births: tuple[str | None, str | None],
    apart: bool,
) -> None:
    _stage_namesakes(session, ("father@x.fr", OF_FATHER, births[0]), (email, phone, births[1]))
    assert bool(_found(session, project, [guard])) == apart


@pytest.mark.parametrize(
    ("guard", "third", "fourth", "apart"),
    [
        ("namesake", ("a@x.fr", OF_SON, None), ("b@x.fr", OF_SON, None), False),
        ("namesake", ("a@x.fr", LANDLINE, None), ("b@x.fr", LANDLINE, None), True),
        ("namesake", ("a@x.fr", OF_SON, None), ("b@x.fr", OF_FATHER, None), True),
        ("namesake", ("a@x.fr", None, "19850131"), ("b@x.fr", None, "19850131"), False),
        ("namesake", ("c@x.fr", OF_SON, None), ("b@x.fr", OF_SON, None), True),
        ("mobile", (HOUSEHOLDS, OF_SON, None), (HOUSEHOLDS, OF_FATHER, None), True),
        ("mobile", ("a@x.fr", OF_SON, None), ("a@x.fr", OF_FATHER, None), False),
    ],
)
def test_mailboxes_and_telephones_that_other_records_know_to_be_one_persons_part_nobody(
    session: DuckDBSession, project: Project, guard: str, third: Contact, fourth: Contact, apart: bool
) -> None:
    one, other = {
        "namesake": (("a@x.fr", None, None), ("b@x.fr", None, None)),
        "mobile": ((None, OF_SON, None), (None, OF_FATHER, None)),
    }[guard]
    _stage_namesakes(session, one, other, third, fourth)
    assert ((1, 2) in _found(session, project, [guard])) == apart


def _stage_namesakes(session: DuckDBSession, *contacts: Contact) -> None:
    """One cluster of namesakes of one street, of their mailboxes, telephones and birth dates."""
    lines = f"values ('{OF_FATHER}', 'mobile'), ('{OF_SON}', 'mobile'), ('{TYPED_WRONG}', 'mobile'), ('{LANDLINE}', 'landline')"
    session.replace_table("staging.parsed_values", parse(f"from ({lines}) as t(parsed, line_type)"), lambda name: None)
    types = dict.fromkeys(
        ("record_id", "given", "family", "street", "email", "phone", "birth", "national_id"), "varchar"
    )
    rows = [
        (place, f"r{place}", "jean", "dupont", "1 rue a", *contact, None)
        for place, contact in enumerate(contacts, start=1)
    ]
    session.stage_rows("content", {"record_no": "bigint", **types}, rows)
    session.replace_table(
        "identity.linkage_records",
        parse(f"select *, given as given_root, nullif(email, '{HOUSEHOLDS}') as own_email from content"),
        lambda name: None,
    )
    session.stage("clusters", parse("select record_no, 0 as cluster from content"))
    session.stage_rows("decisions", dict.fromkeys(("decision", "record_id_l", "record_id_r"), "varchar"), [])
    session.stage_rows("common_names", {"given": "varchar"}, [])
