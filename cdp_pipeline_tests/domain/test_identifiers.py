import pytest

from cdp_pipeline.config.identity import ExactIdentifier, Identity
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.identifiers import links_select, shared_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def _identity(project: Project, **rule: object) -> Identity:
    return project.identity.model_copy(update={"identifiers": {"card": ExactIdentifier.model_validate(rule)}})


def _links(
    session: DuckDBSession, identity: Identity, records: list[tuple[str, str, str]]
) -> tuple[list[object], list[object]]:
    """Reasons of shared values, and the linked records, of records (id, value, given name)."""
    session.stage_rows("content", {"record_id": "varchar", "value": "varchar", "given_name": "varchar"}, records)
    session.replace_table(
        "unified.identifiers", parse("select record_id, 'card' as type, value from content"), lambda n: None
    )
    people = "select record_id, given_name, '' as family_name, null as birth_date from content"
    session.replace_table("unified.person_records", parse(people), lambda n: None)
    session.replace_table("identity.shared_identifiers", shared_select(identity), lambda n: None)
    shared = [row[3] for row in session.rows(parse("from identity.shared_identifiers"))]
    numbers = {session.rows(parse(f"select record_number('{name}')"))[0][0]: name for name, *_ in records}
    return shared, sorted((numbers[row[0]], numbers[row[1]]) for row in session.rows(links_select(identity)))


def test_each_two_holders_of_a_value_are_linked(session: DuckDBSession, project: Project) -> None:
    records = [("a", "1", "x"), ("b", "1", "x"), ("c", "1", "x"), ("d", "2", "x")]
    shared, links = _links(session, _identity(project, limit=5), records)
    assert shared == []
    assert sorted(sorted(link) for link in links) == [["a", "b"], ["a", "c"], ["b", "c"]]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"limit": 2}, "too many records"),
        ({"blocked_values": ["1"]}, "blocked"),
        ({"blocked_pattern": "[0-9]"}, "blocked"),
        ({"one_person_by": ["given"]}, "its records differ in given"),
    ],
)
def test_a_shared_value_links_nobody_and_is_listed(
    session: DuckDBSession, project: Project, rule: dict[str, object], reason: str
) -> None:
    records = [("a", "1", "Jean"), ("b", "1", "Marie"), ("c", "1", "Jean")]
    assert _links(session, _identity(project, **rule), records) == ([reason], [])


@pytest.mark.parametrize("other", ["J.", "Jaen", "Jean-Pierre", "Giovanni"])
def test_a_value_stays_one_persons_however_the_given_name_is_written(
    session: DuckDBSession, project: Project, other: str
) -> None:
    records = [("a", "1", "John" if other == "Giovanni" else "Jean"), ("b", "1", other)]
    shared, links = _links(session, _identity(project, one_person_by=["given"]), records)
    assert (shared, len(links)) == ([], 1)


def test_without_identifiers_nothing_is_linked(session: DuckDBSession, project: Project) -> None:
    identity = project.identity.model_copy(update={"identifiers": {}})
    assert _links(session, identity, [("a", "1", "x"), ("b", "1", "x")]) == ([], [])
