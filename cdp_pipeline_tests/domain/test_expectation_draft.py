from typing import Any

from cdp_pipeline.domain.expectation_draft import AuditedColumn, is_list_of_words, raw_suite, staging_suite


def _column(name: str, type: str = "text", **changes: Any) -> AuditedColumn:
    plain = AuditedColumn(name, type, rows=1000, filled_share=1.0, distinct=900, least=None, greatest=None)
    return plain._replace(**changes)


def _drafted(column: AuditedColumn, *, is_event: bool = False) -> dict[str, dict[str, Any]]:
    suite = staging_suite("staging.t", ("id",), [column], is_event=is_event)
    return {
        each["expectation"]: each["arguments"]
        for each in suite["expectations"]
        if each["arguments"].get("column") == column.name
    }


def test_a_key_stands_once_and_is_filled() -> None:
    drafted = _drafted(_column("id"))
    assert set(drafted) == {"expect_column_values_to_be_unique", "expect_column_values_to_not_be_null"}
    (pair, *_) = staging_suite("staging.t", ("a", "b"), [], is_event=False)["expectations"]
    assert pair["arguments"] == {"column_list": ["a", "b"]}
    assert pair["severity"] == "block"


def test_a_column_may_be_filled_a_little_less_than_it_was() -> None:
    assert _drafted(_column("email", "email", filled_share=0.72)) == {
        "expect_column_values_to_not_be_null": {"column": "email", "mostly": 0.6}
    }
    assert _drafted(_column("email", "email", filled_share=0.15)) == {}


def test_of_a_day_of_events_no_share_is_expected() -> None:
    assert _drafted(_column("login", filled_share=0.72), is_event=True) == {}


def test_few_words_are_a_list() -> None:
    column = _column("event", distinct=2)
    assert is_list_of_words(column)
    assert not is_list_of_words(_column("event", distinct=15, rows=60))
    drafted = _drafted(column._replace(words=("sent", "opened")))
    assert drafted["expect_column_values_to_be_in_set"]["value_set"] == ["opened", "sent"]


def test_numbers_have_room_upwards_and_scales_have_none() -> None:
    amount = _drafted(_column("amount", "decimal", least="49.00", greatest="2178.00"))
    assert amount["expect_column_values_to_be_between"]["min_value"] == -30_000
    assert amount["expect_column_values_to_be_between"]["max_value"] == 30_000
    refund = _drafted(_column("amount", "decimal", least="-20", greatest="10"))
    assert refund["expect_column_values_to_be_between"]["min_value"] == -200
    score = _drafted(_column("score", "integer", distinct=5, least="1", greatest="5"))
    assert score["expect_column_values_to_be_between"]["max_value"] == 5
    pieces = _drafted(_column("pieces", "integer", distinct=2, least="1", greatest="2"))
    assert pieces["expect_column_values_to_be_between"]["min_value"] == -20
    assert _drafted(_column("discount", "decimal", distinct=1, least="0", greatest="0")).keys() == {
        "expect_column_values_to_not_be_null"
    }


def test_a_name_is_read_in_its_encoding() -> None:
    import re

    regex = _drafted(_column("name", "name"))["expect_column_values_to_not_match_regex"]["regex"]
    assert re.search(regex, "FÃ©vrier")
    for name in ("Février", "Ângelo", "Ân", "JOÃO", "Nguyễn Văn Ân"):
        assert not re.search(regex, name)


def test_a_raw_table_can_be_read() -> None:
    columns = [each["arguments"]["column"] for each in raw_suite("raw.t")["expectations"]]
    assert columns == ["_file", "_reject_reason"]
