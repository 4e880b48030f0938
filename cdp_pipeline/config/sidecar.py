"""A table's sidecar, `cdp_pipeline/assets/<layer>/<table>.yml`: what it holds, column by column."""

from typing import Literal

from pydantic import Field

from cdp_pipeline.config.base import Config

PrivacyClass = Literal["direct_identifier", "quasi_identifier", "sensitive", "none"]
LAYERS = (
    "raw",
    "staging",
    "unified",
    "identity",
    "profile",
    "metrics",
    "segments",
    "activation",
    "quality",
)


class SidecarColumn(Config):
    """One column: DuckDB type, description (with its unit) and privacy class."""

    type: str
    description: str
    privacy: PrivacyClass = "none"


class Sidecar(Config):
    """Description, grain, key and columns of one table.

    `partition` names the column that holds the day where the table is partitioned; `reads` are the
    tables that a Python asset reads (those of a SQL asset are parsed from its SQL). `group` is where the
    UI shows it, by default with its layer.
    """

    description: str
    grain: str
    key: tuple[str, ...] = ()
    partition: str | None = None
    published: bool = False
    reads: tuple[str, ...] = ()
    group: str | None = None
    columns: dict[str, SidecarColumn] = Field(min_length=1)
