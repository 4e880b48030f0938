"""Guessing a source's mapping from the headers and values of unknown files.

What belongs here: type, date format, key and target of each column, each with a confidence (0 to 1).
What does not: reading the files and writing the draft (`reporting.draft`). Headers are compared with
`header_names.csv` (French and English, a few German); values decide where headers say nothing.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from unicodedata import combining, normalize

from cdp_pipeline.domain.standardisation import parse_phone

HEADER_NAMES = Path(__file__).parent / "header_names.csv"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y%m%d", "%d/%m/%y")
TIME_FORMATS = ("", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M:%S")
BOOLEANS = {"true", "false", "0", "1", "yes", "no", "y", "n", "oui", "non", "o", "vrai", "faux"}
TYPE_OF = {
    "given_name": "name",
    "family_name": "name",
    "full_name": "name",
    "email": "email",
    "phone": "phone",
    "postcode": "postcode",
    "country": "country",
}
MOMENTS = {"created_at", "updated_at", "ordered_at", "occurred_at", "opened_at", "closed_at"}
NEEDED: dict[str, tuple[frozenset[str], ...]] = {
    "service_cases": (frozenset({"opened_at"}), frozenset({"subject", "satisfaction_score"})),
    "orders": (frozenset({"order_id"}), frozenset({"ordered_at"}), frozenset({"amount"})),
    "order_lines": (frozenset({"order_id"}), frozenset({"sku"}), frozenset({"quantity", "amount"})),
    "interactions": (frozenset({"occurred_at"}), frozenset({"event", "object_id", "visitor_id"})),
}
"""Of each set at least one column must be there for a file to feed the table."""
PERSONAL = {"given_name", "family_name", "full_name", "email", "phone", "birth_date"}
ENOUGH_PERSONAL = 2


@dataclass
class DraftColumn:
    """A column's header, its guessed type with formats, and how sure the guess is and why."""

    name: str
    type: str = "text"
    formats: tuple[str, ...] = ()
    confidence: float = 0.5
    because: str = "nothing speaks for another type"
    is_full: bool = True
    is_unique: bool = False
    decimal_comma: bool = False


@dataclass
class DraftTable:
    """Columns, key, and for each unified table its columns → (header, confidence)."""

    columns: list[DraftColumn]
    key: tuple[str, ...] = ()
    maps: dict[str, dict[str, tuple[str, float]]] = field(default_factory=dict)

    @property
    def load(self) -> str:
        """Events are appended; of everything else a file is taken for the whole state."""
        return "append" if {"orders", "order_lines", "interactions"} & set(self.maps) else "snapshot"


def draft_table(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> DraftTable:
    """Everything about one file, from its headers and a sample of its rows."""
    values = [[row[place] for row in rows] for place in range(len(names))]
    columns = [_column(name, column) for name, column in zip(names, values, strict=True)]
    table = DraftTable(columns)
    table.maps = _maps(columns)
    for target, mapped in table.maps.items():
        for unified, (name, confidence) in mapped.items():
            _retype(next(column for column in columns if column.name == name), target, unified, confidence)
    table.key = _key(table, rows)
    return table


def folded(name: str) -> str:
    """A header as `header_names.csv` spells it: lower case, no accents, words joined by `_`."""
    spelt = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = "".join(letter for letter in normalize("NFKD", spelt) if not combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


@cache
def _header_names() -> dict[str, tuple[str, ...]]:
    with HEADER_NAMES.open(encoding="utf-8", newline="") as file:
        return {row["target"]: tuple(row["names"].split("|")) for row in csv.DictReader(file)}


def _column(name: str, values: list[str | None]) -> DraftColumn:
    filled = [value.strip() for value in values if value and value.strip()]
    column = DraftColumn(name, is_full=len(filled) == len(values))
    column.is_unique = column.is_full and bool(filled) and len(set(filled)) == len(filled)
    if not filled:
        return column
    guess = _typed_by_content(filled, column)
    if guess:
        column.type, column.formats, column.confidence = guess
        column.because = "content"
    return column


def _typed_by_content(filled: list[str], column: DraftColumn) -> tuple[str, tuple[str, ...], float] | None:
    if _share(filled, lambda v: EMAIL.fullmatch(v) is not None) > 0.8:
        return "email", (), 0.9
    if _share(filled, _looks_like_phone) > 0.8:
        return "phone", (), 0.8
    for formats, kind in ((DATE_FORMATS, "date"), (TIME_FORMATS, "timestamp")):
        for pattern in formats:
            if _share(filled, lambda v, p=pattern, k=kind: _parses(v, p, k)) > 0.95:
                return kind, (pattern,) if pattern not in ("", "%Y-%m-%d") else (), 0.9
    if {value.lower() for value in filled} <= BOOLEANS and len({value.lower() for value in filled}) == 2:
        return "boolean", (), 0.8
    if all(re.fullmatch(r"-?(0|[1-9]\d{0,9})", value) for value in filled):
        return "integer", (), 0.7
    if all(re.fullmatch(r"-?\d+([.,]\d{1,4})?", value) for value in filled) and any(
        "." in v or "," in v for v in filled
    ):
        column.decimal_comma = any("," in value for value in filled)
        return "decimal", (), 0.8
    return None


def _share(values: list[str], holds: object) -> float:
    assert callable(holds)
    return sum(bool(holds(value)) for value in values) / len(values)


def _looks_like_phone(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    return (
        len(digits) >= 9 and not re.search("[A-Za-z]", value) and value[0] in "+0(" and bool(parse_phone(value, "FR"))
    )


def _parses(value: str, pattern: str, kind: str) -> bool:
    try:
        moment = datetime.strptime(value, pattern) if pattern else datetime.fromisoformat(value)
    except ValueError:
        return False
    has_time = kind == "timestamp"
    return 1000 <= moment.year <= 2100 and (has_time or len(value) <= 10) and (not has_time or len(value) > 10)


def _maps(columns: list[DraftColumn]) -> dict[str, dict[str, tuple[str, float]]]:
    found: dict[str, dict[str, tuple[str, float]]] = {}
    for target in _header_names():
        table, unified = target.split(".")
        name, confidence = _best(target, unified, columns)
        if name:
            found.setdefault(table, {})[unified] = (name, confidence)
    persons = found.get("person_records", {})
    parts = {persons[part][0] for part in ("given_name", "family_name") if part in persons}
    if "full_name" in persons and persons["full_name"][0] in parts:
        del persons["full_name"]
    if "family_name" in persons and "given_name" not in persons and "full_name" not in persons:
        persons["full_name"] = persons.pop("family_name")
    kept = {
        table: mapped
        for table, mapped in found.items()
        if table in NEEDED and all(choice & set(mapped) for choice in NEEDED[table])
    }
    if len(PERSONAL & set(persons)) >= ENOUGH_PERSONAL and not kept.keys() & {"service_cases", "interactions"}:
        kept["person_records"] = persons
        kept.update({"identifiers": found["identifiers"]} if "identifiers" in found else {})
    if not kept and {"store_id", "name"} <= set(found.get("stores", {})):
        kept["stores"] = found["stores"]
    return kept


def _best(target: str, unified: str, columns: list[DraftColumn]) -> tuple[str, float]:
    """The column whose header says it is the target, else the one whose values do."""
    names = _header_names()[target]
    by_header = [(names.index(folded(column.name)), column.name) for column in columns if folded(column.name) in names]
    if by_header:
        return min(by_header)[1], 0.95
    for column in columns:
        words = folded(column.name)
        if any(len(name) > 3 and re.search(rf"(^|_){name}(_|$)", words) for name in names):
            return column.name, 0.7
    kind = TYPE_OF.get(unified)
    if kind in ("email", "phone"):
        by_content = [column.name for column in columns if column.type == kind]
        if len(by_content) == 1:
            return by_content[0], 0.6
    return "", 0.0


def _retype(column: DraftColumn, target: str, unified: str, confidence: float) -> None:
    """What a column means says more of its type than its values do."""
    wanted = TYPE_OF.get(unified) if target in ("person_records", "stores") else None
    if wanted and not (target == "stores" and wanted == "name"):
        column.type, column.formats = wanted, ()
    elif unified in MOMENTS and column.type == "date":
        column.type = "timestamp"
    elif unified in ("order_id", "line_no", "sku", "store_id", "campaign_id", "visitor_id", "loyalty_card"):
        column.type, column.formats = "text", ()
    elif unified == "amount" and column.type == "integer":
        column.type = "decimal"
    column.confidence, column.because = confidence, f"{target}.{unified}"


def _key(table: DraftTable, rows: Sequence[Sequence[str | None]]) -> tuple[str, ...]:
    """Order and line of order lines; else the first full and unique column, else the line itself."""
    lines = table.maps.get("order_lines", {})
    if {"order_id", "line_no"} <= set(lines):
        return (lines["order_id"][0], lines["line_no"][0])
    named = [
        column
        for column in table.columns
        if re.search(r"(^|_)(id|no|number|code|key|carte|ticket)$", folded(column.name))
    ]
    for column in [*named, *table.columns]:
        if column.is_unique and len(rows) > 1 and column.type in ("text", "integer", "email"):
            return (column.name,)
    for left in table.columns[:3]:
        for right in table.columns[:4]:
            places = [table.columns.index(left), table.columns.index(right)]
            pairs = {tuple(row[place] for place in places) for row in rows}
            if left is not right and left.is_full and right.is_full and len(pairs) == len(rows) > 1:
                return (left.name, right.name)
    return ("_line",)
