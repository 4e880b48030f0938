"""`seeds/expectations/<layer>.<table>.yml`: the expectation suite of one table."""

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from cdp_pipeline.config.base import Config

Dimension = Literal["completeness", "validity", "uniqueness", "consistency", "timeliness", "accuracy"]


OWN_QUERY = "unexpected_rows_expectation"


class Expectation(Config):
    """One Great Expectations expectation with its arguments, severity and a plain sentence.

    A truth across tables is an `unexpected_rows_expectation` with a `query`: the name of a `.sql` file beside
    the suites, whose SELECT finds the rows that break it; `about` names the columns of the table at fault. A
    `label` tells two of one kind and column apart.
    """

    expectation: str = Field(pattern=f"^(expect_[a-z_]+|{OWN_QUERY})$")
    arguments: dict[str, Any] = {}
    query: str | None = Field(default=None, pattern=r"^[a-z0-9_]+\.sql$")
    about: tuple[str, ...] = ()
    label: str | None = Field(default=None, pattern="^[a-z0-9_]+$")
    severity: Literal["block", "warn", "info"]
    dimension: Dimension
    sentence: str

    @property
    def name(self) -> str:
        """Name of the asset check: the expectation as a predicate, with its column."""
        if self.query is not None:
            return self.query.removesuffix(".sql")
        column = "_".join(self.columns)
        text = f"{self.expectation.removeprefix('expect_')}__{column}" if column else self.expectation[7:]
        text += f"__{self.label}" if self.label else ""
        return re.sub(r"[^a-z0-9_]+", "_", text.lower())

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is about."""
        single = (self.arguments[name] for name in ("column", "column_A", "column_B") if name in self.arguments)
        return (*single, *self.arguments.get("column_list", ()), *self.about)

    @model_validator(mode="after")
    def _has_its_query(self) -> "Expectation":
        if (self.expectation == OWN_QUERY) != (self.query is not None):
            raise ValueError(f"a query belongs to {OWN_QUERY}, and the other way round")
        return self


class Suite(Config):
    """All expectations of one table."""

    table: str
    expectations: tuple[Expectation, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> "Suite":
        names = [expectation.name for expectation in self.expectations]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"two expectations are named {twice}; give all but one of each a label, such as `label: at_least_half`"
            )
        return self
