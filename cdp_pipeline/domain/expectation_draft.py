"""A drafted expectation suite: what the audit of a table lets expect of its days to come.

What belongs here: from measures to expectations. What does not: reading the audit and writing the file
(`reporting.expectations`). A draft is a beginning: its sentences and limits are for a person to correct.
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from typing import Any, NamedTuple

from cdp_pipeline.domain.measures import NUMBERS

ALWAYS_FILLED = 0.999
FILLED_MARGIN = 0.1
"""By how much the filled share of a column may fall below what the audit found."""
SHARE_STEP = 0.05
MOST_WORDS = 20
"""Different values up to which a text column is taken for a list of words."""
ROWS_A_WORD = 5
LEAST_STEPS = 3
"""Different numbers from which on a column of few is taken for a scale."""
NUMBER_MARGIN = 10
"""How many times the greatest number found is still likely."""
MISREAD = "[ÃÂ][^A-Za-z '’.-]|\ufffd"
"""What letters with accents look like when UTF-8 is read as another encoding, or another as UTF-8."""
OLDEST_BIRTH = "1900-01-01"


class AuditedColumn(NamedTuple):
    """A row of `quality.source_audit`; `words` are the values of an impersonal column of few, else empty."""

    name: str
    type: str
    rows: int
    filled_share: float | None
    distinct: int
    least: str | None
    greatest: str | None
    words: tuple[str, ...] = ()


def staging_suite(
    table: str, key: Sequence[str], columns: Sequence[AuditedColumn], *, is_event: bool
) -> dict[str, Any]:
    """The suite of a staging table, as its YAML file has it.

    Of events a run validates its days alone: too few rows to expect a share of them, which their own history
    judges better (`checks.behaviour`).
    """
    found = list(_of_key(key))
    for column in columns:
        found += _of_column(column, is_key=column.name in key, is_event=is_event)
    return {"table": table, "expectations": found}


def raw_suite(table: str) -> dict[str, Any]:
    """The suite of a raw table."""
    expectations = [
        _expectation(
            "values_to_not_be_null", "block", "completeness", "Every line says which file it came from.", column="_file"
        ),
        _expectation(
            "values_to_be_null",
            "warn",
            "validity",
            "Hardly a line can't be read.",
            column="_reject_reason",
            mostly=0.98,
        ),
    ]
    return {"table": table, "expectations": expectations}


def is_list_of_words(column: AuditedColumn) -> bool:
    """Whether the column's values are few enough to be listed."""
    return column.type == "text" and column.distinct <= MOST_WORDS and column.rows >= ROWS_A_WORD * column.distinct


def _of_key(key: Sequence[str]) -> Iterator[dict[str, Any]]:
    if len(key) == 1:
        yield _expectation("values_to_be_unique", "block", "uniqueness", f"Each {key[0]} stands once.", column=key[0])
    elif key:
        yield {
            "expectation": "expect_compound_columns_to_be_unique",
            "arguments": {"column_list": list(key)},
            "severity": "block",
            "dimension": "uniqueness",
            "sentence": f"{' and '.join(key)} together stand once.",
        }


def _of_column(column: AuditedColumn, *, is_key: bool, is_event: bool) -> Iterator[dict[str, Any]]:
    name, share = column.name, column.filled_share or 0.0
    if is_key:
        yield _expectation("values_to_not_be_null", "block", "completeness", f"{name} is always filled.", column=name)
    elif share >= ALWAYS_FILLED and not is_event:
        yield _expectation(
            "values_to_not_be_null",
            "warn",
            "completeness",
            f"{name} is nearly always filled.",
            column=name,
            mostly=0.95,
        )
    elif share > 2 * FILLED_MARGIN and not is_event:
        mostly = round(floor((share - FILLED_MARGIN) / SHARE_STEP) * SHARE_STEP, 2)
        sentence = f"{name} is filled in {mostly:.0%} of the rows or more."
        yield _expectation("values_to_not_be_null", "warn", "completeness", sentence, column=name, mostly=mostly)
    if column.type == "name":
        sentence = f"{name} was read in the encoding that it was written in."
        yield _expectation(
            "values_to_not_match_regex", "warn", "validity", sentence, column=name, regex=MISREAD, mostly=0.999
        )
    if column.words and not is_key:
        sentence = f"{name} is one of the known words."
        words = sorted(column.words)
        yield _expectation("values_to_be_in_set", "warn", "validity", sentence, column=name, value_set=words)
    elif column.type in NUMBERS and _is_any_other_than_zero(column):
        least, greatest = _limits(float(column.least or 0), float(column.greatest or 0), column.distinct)
        sentence = f"{name} lies between {least:g} and {greatest:g}."
        limits: dict[str, Any] = {"min_value": least, "max_value": greatest}
        yield _expectation("values_to_be_between", "warn", "validity", sentence, column=name, mostly=0.99, **limits)
    elif column.type == "date":
        sentence = f"{name} is a day since 1900."
        limits = {"min_value": OLDEST_BIRTH, "max_value": "2099-12-31"}
        yield _expectation("values_to_be_between", "warn", "validity", sentence, column=name, mostly=0.99, **limits)


def _is_any_other_than_zero(column: AuditedColumn) -> bool:
    return column.least is not None and bool(float(column.least) or float(column.greatest or 0))


def _limits(least: float, greatest: float, distinct: int) -> tuple[float, float]:
    """A scale of few whole numbers as it is; else with room on both sides: what is returned is negative."""
    if LEAST_STEPS <= distinct <= MOST_WORDS / 2 and least >= 0 and greatest <= NUMBER_MARGIN:
        return least, greatest
    room = _rounded_up(NUMBER_MARGIN * max(abs(least), abs(greatest)))
    return -room, room


def _rounded_up(value: float) -> float:
    """To one significant digit."""
    unit = 10.0 ** floor(log10(value))
    return ceil(value / unit) * unit


def _expectation(kind: str, severity: str, dimension: str, sentence: str, **arguments: Any) -> dict[str, Any]:
    return {
        "expectation": f"expect_column_{kind}",
        "arguments": arguments,
        "severity": severity,
        "dimension": dimension,
        "sentence": sentence,
    }
