import pytest
from pydantic import ValidationError

from cdp_pipeline.config.sources import Column, Extract, Source, Table

EXTRACT = {"format": "csv", "path": "crm/{date}/contacts.csv", "load": "snapshot"}


def test_a_path_must_hold_the_day() -> None:
    with pytest.raises(ValidationError, match=r"contains \{date\}"):
        Extract(format="csv", path="crm/contacts.csv", load="snapshot")


def test_a_path_must_stay_in_the_landing_folder() -> None:
    with pytest.raises(ValidationError):
        Extract(format="csv", path="../{date}/contacts.csv", load="snapshot")


def test_a_key_must_be_a_column() -> None:
    with pytest.raises(ValidationError, match="key column 'id' is not among the columns"):
        Table.model_validate({"extract": EXTRACT, "key": ["id"], "columns": {"name": {}}})


def test_the_type_of_an_identifier_is_a_word_not_a_column() -> None:
    maps = {"identifiers": [{"type": "loyalty_card", "value": "id"}]}
    table = Table.model_validate({"extract": EXTRACT, "key": ["id"], "columns": {"id": {}}, "maps": maps})
    assert table.mappings()[0][0] == "identifiers"


def test_one_table_may_feed_another_several_times() -> None:
    maps = {"consents": [{"purpose": {"constant": "a"}}, {"purpose": {"constant": "b"}}]}
    table = Table.model_validate({"extract": EXTRACT, "key": ["id"], "columns": {"id": {}}, "maps": maps})
    assert [target for target, _ in table.mappings()] == ["consents", "consents"]


@pytest.mark.parametrize(
    ("column", "refuses"),
    [
        (Column(type="decimal"), True),
        (Column(type="timestamp"), True),
        (Column(type="email"), False),
        (Column(type="date"), False),
        (Column(type="text", required=True), True),
        (Column(type="decimal", on_invalid="null"), False),
        (Column(type="email", on_invalid="quarantine"), True),
    ],
)
def test_what_an_invalid_value_does_to_its_row(column: Column, refuses: bool) -> None:
    assert column.refuses_row is refuses


@pytest.mark.parametrize(
    ("kind", "privacy"), [("email", "direct_identifier"), ("date", "quasi_identifier"), ("text", "none")]
)
def test_the_privacy_class_follows_the_type(kind: str, privacy: str) -> None:
    assert Column.model_validate({"type": kind}).privacy_class == privacy


def test_names_are_plain() -> None:
    with pytest.raises(ValidationError, match="lower-case letters"):
        Source.model_validate(
            {"source": "CRM!", "tables": {"t": {"extract": EXTRACT, "key": ["id"], "columns": {"id": {}}}}}
        )


@pytest.mark.parametrize(
    ("extract", "message"),
    [
        ({"encoding": "utf-9"}, "an encoding such as utf-8"),
        ({"totals": "("}, "a regular expression"),
        ({"format": "fixed_width"}, "every column of a fixed_width file needs its width"),
    ],
)
def test_a_dialect_that_nothing_can_read_is_refused(extract: dict[str, str], message: str) -> None:
    content = {"extract": {**EXTRACT, **extract}, "key": ["id"], "columns": {"id": {}}}
    with pytest.raises(ValueError, match=message):
        Table.model_validate(content)


def test_a_date_format_without_percent_is_refused() -> None:
    with pytest.raises(ValueError, match="formats are written with %"):
        Column.model_validate({"type": "date", "formats": ["DD.MM.YYYY"]})
