"""`seeds/segments/<segment>.yml`: one segment in the segment language.

The tree is that of react-querybuilder (`combinator`, `not`, `rules`), with leaves for events, other segments
and samples beside properties. `Leaf.path` is where a leaf stands in the file.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Discriminator, Field, FiniteFloat, Tag, model_validator

from cdp_pipeline.config.base import Config

Operator = Literal[
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "not in",
    "between",
    "not between",
    "contains",
    "begins with",
    "is null",
    "is not null",
]
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]
SEVERAL = ("in", "not in")
PAIRS = ("between", "not between")
NONE = ("is null", "is not null")
Path = tuple[str | int, ...]
MOST_DAYS = 36_500
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]


class DaysAgo(Config):
    """A day, counted back from the day as of which the segment holds."""

    days_ago: int = Field(ge=0, le=MOST_DAYS)


Scalar = bool | int | FiniteFloat | date | DaysAgo | str
Day = date | DaysAgo


class Property(Config):
    """A field of the profile or of its metrics, compared with a value; of an event, within `where`."""

    field: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | None = None

    @model_validator(mode="after")
    def _value_fits(self) -> "Property":
        is_list = isinstance(self.value, tuple)
        if self.operator in SEVERAL and not self.values:
            raise ValueError(f"'{self.operator}' needs a list of values, such as [jumpers, boots]")
        if self.operator in PAIRS and (not is_list or len(self.values) != 2):
            raise ValueError(f"'{self.operator}' needs the lowest and the highest value, such as [10, 20]")
        if is_list and self.operator not in (*SEVERAL, *PAIRS):
            raise ValueError(f"'{self.operator}' needs one value; use 'in' for several")
        if (self.value is None) != (self.operator in NONE):
            raise ValueError("a value belongs to every operator but 'is null' and 'is not null'")
        if self.operator in PAIRS and _is_later(*self.values):
            raise ValueError(f"'{self.operator}' needs the lowest value first; nothing is between these two")
        return self

    @property
    def values(self) -> tuple[Scalar, ...]:
        """The values that the field is compared with; none where it is only asked for being there."""
        if self.value is None:
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)


def _is_later(first: Scalar, second: Scalar) -> bool:
    """Whether the first of two values is the greater one, where that can be told."""
    if isinstance(first, DaysAgo) and isinstance(second, DaysAgo):
        return first.days_ago < second.days_ago
    alike = isinstance(first, int | float) and isinstance(second, int | float)
    alike = alike or (type(first) is type(second) and not isinstance(first, DaysAgo))
    return alike and first > second  # type: ignore[operator]


class Count(Config):
    """How often an event must have happened."""

    op: Comparison
    value: int = Field(ge=0)


class Sum(Config):
    """What a field of the events must come to; nothing where none happened."""

    field: str = "amount"
    op: Comparison
    value: FiniteFloat


class Step(Config):
    """What has to follow an event, later than it and within so many days; or, as the last step, must not.

    A last step that must not come is missed once its days are over; without `within_days` from the start.
    """

    event: str
    where: "Group | None" = None
    within_days: Days | None = None
    negated: bool = Field(default=False, alias="not")


class Event(Config):
    """How often something happened, or what it came to, as of a day.

    The window is the last `within_days`, the as-of day included, or the days `since` … `until`, both
    included. With `then` only those events count that the steps follow.
    """

    event: str
    count: Count | None = None
    sum: Sum | None = None
    within_days: Days | None = None
    since: Day | None = None
    until: Day | None = None
    where: "Group | None" = None
    then: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _one_window(self) -> "Event":
        if self.count is not None and self.sum is not None:
            raise ValueError("count and sum exclude each other; write two rules")
        if self.within_days is not None and (self.since is not None or self.until is not None):
            raise ValueError("within_days excludes since and until; write one window")
        if self.since is not None and self.until is not None and _is_later(self.since, self.until):
            raise ValueError("until is before since; no day is in this window")
        if any(step.negated for step in self.then[:-1]):
            raise ValueError("only the last step may have `not`")
        return self

    @property
    def asked(self) -> Count | Sum:
        """The number of events that is asked for, once by default, or their sum."""
        return self.sum or self.count or Count(op=">=", value=1)


class SegmentReference(Config):
    """Membership of another segment."""

    segment: str


class Sample(Config):
    """A share of the profiles, the same ones on every day: who is drawn depends on the id and on `salt` alone."""

    sample: float = Field(gt=0, lt=1)
    salt: str = Field(min_length=1)


class Group(Config):
    """Rules joined by and/or, possibly negated (`not`)."""

    combinator: Literal["and", "or"] = "and"
    negated: bool = Field(default=False, alias="not")
    rules: tuple["Rule", ...] = Field(min_length=1)


KINDS = ("event", "segment", "sample", "rules")


def _kind(rule: Any) -> str:
    """Which leaf a rule is, by the key that only this leaf has, so that an error names the right one."""
    content = rule if isinstance(rule, dict) else rule.__class__.model_fields
    return next((key for key in KINDS if key in content), "field")


Rule = Annotated[
    Annotated[Property, Tag("field")]
    | Annotated[Event, Tag("event")]
    | Annotated[SegmentReference, Tag("segment")]
    | Annotated[Sample, Tag("sample")]
    | Annotated[Group, Tag("rules")],
    Discriminator(_kind),
]


class Limit(Config):
    """Only the first by a field, of those who have a value: so many of them, or a share."""

    by: str
    order: Literal["highest", "lowest"] = "highest"
    count: int | None = Field(default=None, ge=1)
    share: float | None = Field(default=None, gt=0, lt=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Limit":
        if (self.count is None) == (self.share is None):
            raise ValueError("write either count or share")
        return self


class Promotion(Config):
    """What the message is about: whoever bought it within so many days is left out."""

    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    within_days: Days

    @model_validator(mode="after")
    def _something(self) -> "Promotion":
        if not self.skus and not self.categories:
            raise ValueError("name the skus or the categories that are promoted")
        return self


class ExpectedSize(Config):
    """Sizes that surprise nobody, both included."""

    min: int = Field(default=0, ge=0)
    max: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> "ExpectedSize":
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max ({self.max}) is below min ({self.min})")
        return self


class Leaf(NamedTuple):
    """A rule that is no group, with the keys that lead to it."""

    path: Path
    rule: Property | Event | SegmentReference | Sample


class Segment(Config):
    """Who hears what: whom it includes, whom it excludes, for which purposes and on which channels.

    Either `include`, with the rest of the language, or `query`, the name of a `.sql` file beside: one SELECT
    of `profile_id` that reads `run_days`.
    """

    id: str = Field(pattern="^[a-z][a-z0-9_]*$")
    description: str
    owner: str
    include: Group | None = None
    exclude: Group | None = None
    promotes: Promotion | None = None
    limit: Limit | None = None
    query: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*\.sql$")
    purposes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    expected_size: ExpectedSize = ExpectedSize()

    @model_validator(mode="after")
    def _one_way(self) -> "Segment":
        if (self.include is None) == (self.query is None):
            raise ValueError("write either include or query")
        if self.query is not None and any((self.exclude, self.promotes, self.limit)):
            raise ValueError("exclude, promotes and limit belong to include; write them into the query")
        return self

    def leaves(self) -> Iterator[Leaf]:
        """All leaves of the tree, each with its path; those of `where` are not among them."""
        for key, group in (("include", self.include), ("exclude", self.exclude)):
            if group is not None:
                yield from leaves_of(group, (key,))


def leaves_of(group: Group, path: Path) -> Iterator[Leaf]:
    """The leaves of a group that stands at this path."""
    for place, rule in enumerate(group.rules):
        here = (*path, "rules", place)
        if isinstance(rule, Group):
            yield from leaves_of(rule, here)
        else:
            yield Leaf(here, rule)


Step.model_rebuild()
Event.model_rebuild()
Group.model_rebuild()
