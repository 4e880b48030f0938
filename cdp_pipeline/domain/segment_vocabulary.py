"""What a segment may name: fields of profiles and their metrics, events, and fields of events.

What belongs here: the vocabulary, from the sidecars of the tables it comes from, and the faults of a
segment that names anything else. What does not: what a rule means (`domain.segments`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp, parse_one

from cdp_pipeline.config.base import nearest
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.segments import (
    DaysAgo,
    Event,
    Path,
    Property,
    Scalar,
    Segment,
    Step,
    Sum,
    leaves_of,
)
from cdp_pipeline.config.sidecar import NUMBER_TYPES, Sidecar, SidecarColumn
from cdp_pipeline.config.sources import Constant, Expression
from cdp_pipeline.domain.expressions import DIALECT

PROFILES, METRICS, TIMELINE = "profile.profiles", "metrics.profile_metrics", "profile.timeline"
SCORES = "metrics.profile_scores"
SCORE_FIELDS = {
    "expected_orders": ("expected_orders", "score", "DOUBLE"),
    "expected_orders_decile": ("expected_orders", "decile", "BIGINT"),
    "customer_value": ("customer_value", "score", "DOUBLE"),
    "customer_value_decile": ("customer_value", "decile", "BIGINT"),
    "lapse_probability": ("lapse", "score", "DOUBLE"),
    "lapse_decile": ("lapse", "decile", "BIGINT"),
    "next_category": ("next_category", "choice", "VARCHAR"),
    "next_category_probability": ("next_category", "score", "DOUBLE"),
}
"""Fields made of scores: model, column and type; missing where the model is not published or the profile not scored."""
KEYS = ("profile_id", "as_of_day", "touch_id", "record_id", "visitor_id")
OF_ORDERS = ("order", "refunded", "bought", "returned", "case")
"""Events of the timeline that come from other unified tables than `interactions`."""
DAYS = ("DATE", "TIMESTAMP")


@dataclass(frozen=True)
class Field:
    """A column that a rule may name: its table, its type in DuckDB and what it means.

    Of a score, whose table has a row a model, `model` and `column` say where it stands.
    """

    table: str
    type: str
    description: str
    model: str | None = None
    column: str | None = None

    @property
    def kind(self) -> str:
        """`number`, `day`, `truth` or `text`."""
        if self.type.startswith(NUMBER_TYPES):
            return "number"
        if self.type in DAYS:
            return "day"
        return "truth" if self.type == "BOOLEAN" else "text"


@dataclass(frozen=True)
class Vocabulary:
    """All that segments may name, by name."""

    fields: Mapping[str, Field]
    events: tuple[str, ...]
    event_fields: Mapping[str, Field]

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that fields come from, sorted."""
        return tuple(sorted({field.table for field in self.fields.values()}))


def vocabulary(project: Project, sidecars: Mapping[str, Sidecar]) -> Vocabulary:
    """From the sidecars of the profiles, the timeline and the metrics, and from what the sources map to events.

    What identifies a person directly is no field. A name that two tables have belongs to the first.
    """
    fields = {
        name: Field(SCORES, kind, f"{column} of the model {model}", model, column)
        for name, (model, column, kind) in SCORE_FIELDS.items()
    }
    for table, sidecar in sidecars.items():
        if table != TIMELINE:
            fields = {**_fields(table, sidecar.columns), **fields}
    events = sorted({*OF_ORDERS, *project.metrics.events, *_mapped_events(project)})
    return Vocabulary(fields, tuple(events), _fields(TIMELINE, sidecars[TIMELINE].columns))


def _fields(table: str, columns: Mapping[str, SidecarColumn]) -> dict[str, Field]:
    return {
        name: Field(table, content.type, content.description)
        for name, content in columns.items()
        if content.privacy != "direct_identifier" and name not in KEYS
    }


def _mapped_events(project: Project) -> Iterator[str]:
    """Events that mappings name: constants, and texts in expressions."""
    for _, _, table in project.tables():
        for target, mapping in table.mappings():
            value = mapping.get("event") if target == "interactions" else None
            if isinstance(value, Constant):
                yield value.constant
            if isinstance(value, Expression):
                tree = parse_one(value.expr, dialect=DIALECT)
                results = [case.args["true"] for case in tree.find_all(exp.If)]
                results += [case.args["default"] for case in tree.find_all(exp.Case) if case.args.get("default")]
                yield from (result.name for result in results if isinstance(result, exp.Literal))


def faults(segment: Segment, known: Vocabulary) -> Iterator[tuple[Path, str]]:
    """Names that do not exist, each with the nearest that does, and values of another kind than their field."""
    for path, rule in segment.leaves():
        if isinstance(rule, Property):
            yield from _of_property(rule, path, known.fields)
        if isinstance(rule, Event):
            yield from _of_event(rule, path, known)
            for place, step in enumerate(rule.then):
                yield from _of_event(step, (*path, "then", place), known)
    if segment.limit is not None:
        unknown = list(_unknown(("limit", "by"), "field", segment.limit.by, known.fields))
        yield from unknown
        if not unknown and known.fields[segment.limit.by].kind not in ("number", "day"):
            yield ("limit", "by"), f"'{segment.limit.by}' is no number and no day; nothing is its highest"


def _of_event(rule: Event | Step, path: Path, known: Vocabulary) -> Iterator[tuple[Path, str]]:
    yield from _unknown((*path, "event"), "event", rule.event, known.events)
    if isinstance(rule, Event) and isinstance(rule.asked, Sum):
        numbers = [name for name, field in known.event_fields.items() if field.kind == "number"]
        yield from _unknown((*path, "sum", "field"), "number of an event", rule.asked.field, numbers)
    if rule.where is not None:
        for inner, leaf in leaves_of(rule.where, (*path, "where")):
            if isinstance(leaf, Property):
                yield from _of_property(leaf, inner, known.event_fields)
            else:
                yield inner, "only fields of the event belong into `where`; move this rule out of it"


def _of_property(rule: Property, path: Path, known: Mapping[str, Field]) -> Iterator[tuple[Path, str]]:
    unknown = list(_unknown((*path, "field"), "field", rule.field, known))
    yield from unknown
    if unknown:
        return
    kind = known[rule.field].kind
    for value in rule.values:
        if not _fits(value, kind):
            shown = f"{{days_ago: {value.days_ago}}}" if isinstance(value, DaysAgo) else repr(value)
            yield (*path, "value"), f"'{rule.field}' is a {kind}, and {shown} is not; {EXAMPLES[kind]}"
    if rule.operator in ("contains", "begins with") and kind != "text":
        yield (*path, "operator"), f"'{rule.field}' is a {kind}; '{rule.operator}' asks texts"


EXAMPLES = {
    "number": "write a number, such as 3",
    "day": "write a day, such as 2026-09-01 or {days_ago: 30}",
    "truth": "write true or false",
    "text": "write a text; in quotes where it looks like a number",
}


def _fits(value: Scalar, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "truth"
    wanted = {"number": (int, float), "day": (date, DaysAgo), "truth": (bool,), "text": (str,)}[kind]
    return isinstance(value, wanted)


def _unknown(
    path: Path, kind: str, name: str, known: Mapping[str, Field] | tuple[str, ...] | list[str]
) -> Iterator[tuple[Path, str]]:
    if name not in known:
        hint = nearest(name, known, otherwise=f"choose one of {sorted(known)}")
        yield path, f"{kind} '{name}' does not exist; {hint}"
