"""A table's sidecar, `cdp_pipeline/assets/<layer>/<table>.yml`: what it holds, column by column."""

from typing import Literal

from pydantic import Field

from cdp_pipeline.config.base import Config

PrivacyClass = Literal["direct_identifier", "quasi_identifier", "sensitive", "none"]
PublishedAs = Literal["keyed", "age_band", "postcode_area", "region", "country", "group", "left_out"]
LAYERS = (
    "raw",
    "staging",
    "unified",
    "identity",
    "profile",
    "metrics",
    "segments",
    "activation",
    "star",
    "quality",
)


NUMBER_TYPES = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT")
"""What types of numbers begin with."""


class SidecarColumn(Config):
    """One column: DuckDB type, description (with its unit) and privacy class.

    `published_as` says what readers of published tables get instead (`privacy.pseudonyms`); what identifies
    a person directly is left out anyway.
    """

    type: str
    description: str
    privacy: PrivacyClass = "none"
    published_as: PublishedAs | None = None


class Sidecar(Config):
    """Description, grain, key and columns of one table.

    `partition` names the column that holds the day where the table is partitioned; `reads` are the
    tables that a Python asset reads (those of a SQL asset are parsed from its SQL). `group` is where the
    UI shows it, by default with its layer. Of an `incremental` table, of rows of single profiles, a run makes
    the rows of changed profiles anew (`assets.changed_profiles`). What a source maps to a unified table is a
    row of it where the `required` columns are filled, by default those of the key.
    """

    description: str
    grain: str
    key: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    partition: str | None = None
    published: bool = False
    incremental: bool = False
    reads: tuple[str, ...] = ()
    group: str | None = None
    columns: dict[str, SidecarColumn] = Field(min_length=1)

    @property
    def types(self) -> dict[str, str]:
        """DuckDB type by column, in order."""
        return {name: content.type for name, content in self.columns.items()}
