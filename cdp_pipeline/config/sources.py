"""`seeds/sources/<source>.yml`: one system, its tables, and how they map to the unified tables."""

import codecs
import re
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from cdp_pipeline.config.base import Config, RegularExpression
from cdp_pipeline.config.connectors import Connector, Files
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
REJECT_COLUMNS = ("_reject_reason", "_reject_text")
VOCABULARY = {("identifiers", "type"), ("contact_points", "kind")}
DESCRIBES_A_PERSON = {"text", "name", "email", "phone", "postcode", "country", "date"}


class Operation(Config):
    """The column of a delta that says what happened to a row, and its values that mean a deletion."""

    column: str
    delete: tuple[str, ...] = Field(min_length=1)


class Extract(Config):
    """What is delivered: format, path pattern below `data/landing/`, dialect and load kind.

    `path` must contain `{date}` (the day, YYYY-MM-DD) and may contain `*`. A compressed file is
    recognised by its ending (.gz, .zip, .zst) or declared. `encoding` is any that Python knows, or
    `auto`; a byte-order mark outranks it. `header_row` is the line or row of the column names, 0 where
    there is none (as in `fixed_width`) and the files have the configured columns in their order. `escape`
    is what stands before a quote inside a quoted cell, another quote by default. Lines that begin with `comment`, and
    lines that match the regular expression `totals`, are no data. `sheet` is a name or a pattern with
    `*`; `header_rows` joins headers that span several rows. `records` is the path, such as
    `data.items`, to the list inside a JSON document. `operation` marks deletions in a delta.
    `done_marker` is a path like `path`: before it is there the landing sensor waits for the day's files.
    With a `connector` the run fetches the day's files itself; a database and an API land as Parquet.
    """

    format: Literal["csv", "jsonl", "json", "parquet", "excel", "fixed_width"]
    path: str
    load: Literal["snapshot", "delta", "append"]
    compression: Literal["none", "gzip", "zip", "zstd"] | None = None
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1)
    quote: str = Field(default='"', max_length=1)
    escape: str | None = Field(default=None, min_length=1, max_length=1)
    comment: str | None = None
    totals: RegularExpression | None = None
    header_row: int = Field(default=1, ge=0)
    header_rows: int = Field(default=1, ge=1)
    sheet: str | None = None
    records: str = ""
    operation: Operation | None = None
    done_marker: str | None = None
    connector: Connector | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_header_in_fixed_width(cls, content: Any) -> Any:
        if isinstance(content, dict) and content.get("format") == "fixed_width":
            return {"header_row": 0, **content}
        return content

    @field_validator("path", "done_marker")
    @classmethod
    def _dated(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if "{date}" not in value or value.startswith("/") or ".." in value or re.search(r"[\[\]?]", value):
            raise ValueError("a path below data/landing/ that contains {date}, such as crm/{date}/contacts*.csv")
        return value

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            if value != "auto":
                codecs.lookup(value)
        except LookupError:
            raise ValueError("an encoding such as utf-8, cp1252, utf-16, or auto") from None
        return value

    @model_validator(mode="after")
    def _fetched_as_it_is_read(self) -> "Extract":
        connector, name = self.connector, self.path.rpartition("/")[2]
        if isinstance(connector, Files):
            if ("*" in connector.url) != ("*" in name):
                raise ValueError("path and connector.url both end in a name with *, or neither")
        elif connector is not None:
            if self.format != "parquet" or "*" in name:
                raise ValueError("what a connector fetches lands as one file: format: parquet, and a path without *")
            is_windowed = connector.is_windowed
            if is_windowed and self.load == "snapshot":
                raise ValueError("a snapshot is fetched whole: leave the cursor (or {from}, {to}) out, or load a delta")
            if not is_windowed and self.load == "append":
                raise ValueError(
                    "events are fetched day by day: give the connector a cursor (or {from}, {to} in params)"
                )
        return self


class Column(Config):
    """One delivered column.

    A value must be there in every row where `required`; the whole column may be absent where
    `optional`.

    `width` is the number of characters of the column in a file of format `fixed_width`.

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
    width: int | None = Field(default=None, ge=1)
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
        if any("%" not in pattern for pattern in self.formats):
            raise ValueError("formats are written with %, such as %d/%m/%Y or %Y-%m-%d %H:%M")
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
    """One delivered table: extract, key, typed columns and mappings to unified tables.

    Events may have no key: then each different row counts once. A day of which a larger share of lines
    than `max_quarantined` (by default the deployment's) is refused is not taken.
    """

    description: str = ""
    extract: Extract
    key: tuple[str, ...] = ()
    max_quarantined: float | None = Field(default=None, ge=0, le=1)
    columns: dict[str, Column] = Field(min_length=1)
    maps: dict[str, Mapping | tuple[Mapping, ...]] = {}

    @model_validator(mode="after")
    def _names_exist(self) -> "Table":
        if not self.key and not self.is_event:
            raise ValueError("a key is required where the extract is a snapshot or a delta")
        operation = self.extract.operation
        if operation is not None and (self.extract.load != "delta" or operation.column not in self.columns):
            raise ValueError("operation belongs to a delta and names one of its columns")
        for column in self.key:
            if column not in self.columns and column not in LINE_COLUMNS:
                raise ValueError(f"key column '{column}' is not among the columns {sorted(self.columns)}")
        if self.extract.format == "fixed_width" and not all(column.width for column in self.columns.values()):
            raise ValueError("every column of a fixed_width file needs its width")
        return self

    def mappings(self) -> list[tuple[str, Mapping]]:
        """All mappings as (unified table, mapping); one table may feed another several times."""
        return [(target, mapping) for target, mapping, _ in self.placed_mappings()]

    def placed_mappings(self) -> list[tuple[str, Mapping, tuple[str | int, ...]]]:
        """All mappings, each with the path of its keys in the table's YAML."""
        found: list[tuple[str, Mapping, tuple[str | int, ...]]] = []
        for target, content in self.maps.items():
            if isinstance(content, tuple):
                found.extend((target, part, ("maps", target, place)) for place, part in enumerate(content))
            else:
                found.append((target, content, ("maps", target)))
        return found

    @property
    def is_event(self) -> bool:
        """Whether rows are events of a day rather than the current state of a key."""
        return self.extract.load == "append"


class Source(Config):
    """One system that knows customers.

    `trust` (0 to 1) ranks it in survivorship. Where nothing of it arrives for `overdue_after_hours`, the
    UI shows it as overdue.
    """

    source: str
    description: str = ""
    owner: str = ""
    trust: float = Field(default=0.5, ge=0, le=1)
    overdue_after_hours: int = Field(default=36, ge=1)
    tables: dict[str, Table] = Field(min_length=1)

    def plain_name(self, name: str) -> str:
        """A table's own name, of `<source>__<table>`."""
        return name.removeprefix(f"{self.source}__")

    @property
    def is_fetched(self) -> bool:
        """Whether the run fetches any of its tables."""
        return any(table.extract.connector is not None for table in self.tables.values())

    @property
    def overdue_after(self) -> timedelta:
        """How long nothing may arrive."""
        return timedelta(hours=self.overdue_after_hours)

    @model_validator(mode="after")
    def _plain_names(self) -> "Source":
        for name in (self.source, *self.tables):
            if not NAME.match(name):
                raise ValueError(f"'{name}': use lower-case letters, digits and _ for sources and tables")
        return self
