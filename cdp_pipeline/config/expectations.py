"""`seeds/expectations/<layer>.<table>.yml`: the expectation suite of one table."""

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from cdp_pipeline.config.base import Config

Dimension = Literal["completeness", "validity", "uniqueness", "consistency", "timeliness", "accuracy"]


class Expectation(Config):
    """One Great Expectations expectation with its arguments, severity and a plain sentence."""

    expectation: str = Field(pattern="^expect_[a-z_]+$")
    arguments: dict[str, Any] = {}
    severity: Literal["block", "warn", "info"]
    dimension: Dimension
    sentence: str

    @property
    def name(self) -> str:
        """Name of the asset check: the expectation as a predicate, with its column."""
        column = self.arguments.get("column") or "_".join(self.arguments.get("column_list", ()))
        text = f"{self.expectation.removeprefix('expect_')}__{column}" if column else self.expectation[7:]
        return re.sub(r"[^a-z0-9_]+", "_", text.lower())


class Suite(Config):
    """All expectations of one table."""

    table: str
    expectations: tuple[Expectation, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> "Suite":
        names = [expectation.name for expectation in self.expectations]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two expectations are named {twice}; keep one expectation a column and kind")
        return self
