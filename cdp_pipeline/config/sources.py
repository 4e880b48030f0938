"""`seeds/sources/<source>.yml`: one system, its tables, and how they map to the unified tables."""

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from cdp_pipeline.config.base import Config
from cdp_pipeline.config.sidecar import PrivacyClass

ColumnType = Literal[
    "text",
    "name",
    "email",
    "phone",
    "postcode",
    "country",
    "date",
    "timestamp",
    "integer",
    "decimal",
    "boolean",
]
NAME = re.compile(r"^[a-z][a-z0-9_]*$")
LINE_COLUMNS = ("_extract_date", "_file", "_line")
VOCABULARY = {("identifiers", "type"), ("contact_points", "kind")}
DESCRIBES_A_PERSON = {"text", "name", "email", "phone", "postcode", "country", "date"}


class Extract(Config):
    """What is delivered: format, path pattern below `data/landing/`, dialect and load kind.

    `path` must contain `{date}` (the day, YYYY-MM-DD) and may contain `*`.
    """

    format: Literal["csv", "jsonl", "parquet", "excel"]
    path: str
    load: Literal["snapshot", "delta", "append"]
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)

    @field_validator("path")
    @classmethod
    def _dated(cls, value: str) -> str:
        if "{date}" not in value or value.startswith("/") or ".." in value:
            raise ValueError("a path below data/landing/ that contains {date}, such as crm/{date}/contacts.csv")
        return value


class Column(Config):
    """One delivered column.

    A value must be there in every row where `required`; the whole column may be absent where
    `optional`.

    `on_invalid` says what happens to a value that fails its type: `null` keeps the row without the
    value, `quarantine` refuses the row; both list the value in `quality.quarantine`. By default,
    attributes that describe a person are nulled, everything else refuses the row.
    """

    type: ColumnType = "text"
    required: bool = False
    optional: bool = False
    description: str = ""
    formats: tuple[str, ...] = ()
    timezone: str | None = None
    default_country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    true_values: tuple[str, ...] = ("true", "1", "yes", "y", "oui", "o", "vrai")
    false_values: tuple[str, ...] = ("false", "0", "no", "n", "non", "faux")
    decimal_separator: Literal[".", ","] = "."
    on_invalid: Literal["null", "quarantine"] | None = None
    privacy: PrivacyClass | None = None

    @property
    def refuses_row(self) -> bool:
        """Whether an invalid value refuses its row."""
        if self.on_invalid is not None:
            return self.on_invalid == "quarantine"
        return self.required or self.type not in DESCRIBES_A_PERSON

    @property
    def privacy_class(self) -> PrivacyClass:
        """Declared class, or the one that the type implies."""
        if self.privacy is not None:
            return self.privacy
        if self.type in {"name", "email", "phone"}:
            return "direct_identifier"
        return "quasi_identifier" if self.type in {"postcode", "date"} else "none"

    @model_validator(mode="after")
    def _formats_where_needed(self) -> "Column":
        if self.formats and self.type not in {"date", "timestamp"}:
            raise ValueError("formats belong to the types date and timestamp")
        return self


class Expression(Config):
    """A SQL expression over the table's columns, parsed and checked before it is compiled."""

    expr: str


class Constant(Config):
    """A fixed text, the same for every row."""

    constant: str


class PersonReference(Config):
    """The person record that a row speaks of: its table and the columns that hold its key.

    `table` is one of the same source, or `source.table`.
    """

    table: str
    key: str | tuple[str, ...]


MappedValue = str | Expression | Constant | PersonReference
Mapping = dict[str, MappedValue]


class Table(Config):
    """One delivered table: extract, key, typed columns and mappings to unified tables."""

    description: str = ""
    extract: Extract
    key: tuple[str, ...] = Field(min_length=1)
    columns: dict[str, Column] = Field(min_length=1)
    maps: dict[str, Mapping | tuple[Mapping, ...]] = {}

    @model_validator(mode="after")
    def _names_exist(self) -> "Table":
        for column in self.key:
            if column not in self.columns and column not in LINE_COLUMNS:
                raise ValueError(f"key column '{column}' is not among the columns {sorted(self.columns)}")
        for target, mapping in self.mappings():
            for name, value in mapping.items():
                if isinstance(value, str) and (target, name) not in VOCABULARY and value not in self.columns:
                    raise ValueError(f"maps.{target}.{name}: '{value}' is not among the columns {sorted(self.columns)}")
        return self

    def mappings(self) -> list[tuple[str, Mapping]]:
        """All mappings as (unified table, mapping); one table may feed another several times."""
        pairs: list[tuple[str, Mapping]] = []
        for target, content in self.maps.items():
            pairs.extend((target, part) for part in (content if isinstance(content, tuple) else (content,)))
        return pairs

    @property
    def is_event(self) -> bool:
        """Whether rows are events of a day rather than the current state of a key."""
        return self.extract.load == "append"


class Source(Config):
    """One system that knows customers. `trust` (0 to 1) ranks it in survivorship."""

    source: str
    description: str = ""
    owner: str = ""
    trust: float = Field(default=0.5, ge=0, le=1)
    tables: dict[str, Table] = Field(min_length=1)

    @model_validator(mode="after")
    def _plain_names(self) -> "Source":
        for name in (self.source, *self.tables):
            if not NAME.match(name):
                raise ValueError(f"'{name}': use lower-case letters, digits and _ for sources and tables")
        return self
