"""`seeds/segments/<segment>.yml`: one segment in the segment language."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from cdp_pipeline.config.base import Config

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in", "is null", "is not null", "contains"]
Scalar = str | int | float | bool


class Property(Config):
    """A field of the profile or of its metrics, compared with a value."""

    field: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | None = None

    @model_validator(mode="after")
    def _value_fits(self) -> "Property":
        if self.operator in ("in", "not in") and not isinstance(self.value, tuple):
            raise ValueError(f"'{self.operator}' needs a list of values, such as [jumpers, boots]")
        if self.operator not in ("in", "not in") and isinstance(self.value, tuple):
            raise ValueError(f"'{self.operator}' needs one value; use 'in' for several")
        if (self.value is None) != (self.operator in ("is null", "is not null")):
            raise ValueError("a value belongs to every operator but 'is null' and 'is not null'")
        return self


class Count(Config):
    """How often an event must have happened."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    value: int = Field(ge=0)


class Event(Config):
    """How often something happened, within a window that ends with the as-of day."""

    event: str
    count: Count = Count(op=">=", value=1)
    within_days: int | None = Field(default=None, ge=1)
    where: "Group | None" = None


class SegmentReference(Config):
    """Membership of another segment."""

    segment: str


class Group(Config):
    """Rules joined by and/or, possibly negated (`not`)."""

    combinator: Literal["and", "or"] = "and"
    negated: bool = Field(default=False, alias="not")
    rules: tuple["Rule", ...] = Field(min_length=1)


def _kind(rule: Any) -> str:
    """Which leaf a rule is, by the key that only this leaf has, so that an error names the right one."""
    content = rule if isinstance(rule, dict) else rule.__class__.model_fields
    return next((key for key in ("event", "segment", "rules") if key in content), "field")


Rule = Annotated[
    Annotated[Property, Tag("field")]
    | Annotated[Event, Tag("event")]
    | Annotated[SegmentReference, Tag("segment")]
    | Annotated[Group, Tag("rules")],
    Discriminator(_kind),
]


class Segment(Config):
    """Who hears what: whom it includes, whom it excludes, for which purposes."""

    id: str = Field(pattern="^[a-z][a-z0-9_]*$")
    description: str
    owner: str
    include: Group
    exclude: Group | None = None
    purposes: tuple[str, ...] = ()

    def rules(self) -> list[Any]:
        """All leaves of the tree, for validation."""
        found: list[Any] = []
        waiting: list[Any] = [self.include, *([self.exclude] if self.exclude else [])]
        while waiting:
            rule = waiting.pop()
            if isinstance(rule, Group):
                waiting.extend(rule.rules)
            else:
                found.append(rule)
        return found


Event.model_rebuild()
Group.model_rebuild()
