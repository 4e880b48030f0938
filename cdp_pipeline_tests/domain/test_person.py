import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import sql_of
from cdp_pipeline.domain.person import rows_condition, source_rows_condition


def test_rows_are_the_persons_by_any_column_that_names_one() -> None:
    condition = rows_condition(["record_no_l", "record_no_r", "match_weight"])
    assert condition is not None
    assert sql_of(condition).count("person_numbers") == 2


def test_a_table_that_names_nobody_has_no_rows_of_a_person() -> None:
    assert rows_condition(["segment", "size"]) is None


@pytest.mark.parametrize(
    ("source", "table", "asked"),
    [
        ("email_marketing", "email_events", ["'email_marketing.subscribers:' || CAST(\"subscriber_id\""]),
        ("web_shop", "orders", ["person_orders", "person_records"]),
        ("web_analytics", "hits", ["person_visitors", "person_records"]),
    ],
)
def test_rows_of_a_source_are_the_persons_by_their_mapping(
    project: Project, source: str, table: str, asked: list[str]
) -> None:
    sidecars = {name: content.sidecar for name, content in load_catalogue(project).items()}
    condition = source_rows_condition(project, sidecars, project.sources[source], table)
    assert condition is not None
    assert all(part in sql_of(condition) for part in asked)
