"""Survivorship: which record's value becomes the golden one, as one SELECT.

What belongs here: the rules' total orders and groups that travel together. What does not: other
parts of a profile. Every rule's order is one integer rank, so that one pass over the records finds
the winners of all attributes.
"""

from collections.abc import Sequence

from sqlglot import exp

from cdp_pipeline.config.identity import Identity
from cdp_pipeline.config.sources import Source
from cdp_pipeline.config.survivorship import Rule, Survivorship
from cdp_pipeline.domain.expressions import column, literal, named, table, text

Unit = tuple[str, tuple[str, ...], Rule]
"""Name, attributes that travel together, and the rule that chooses their record."""
Key = tuple[exp.Expr, int]
"""An integer that records are ordered by, and its most decimal digits."""


def attributes_select(survivorship: Survivorship, identity: Identity, sources: dict[str, Source]) -> exp.Query:
    """Columns as `profile.profile_attributes`; custom attributes follow most_recent."""
    units = _units(survivorship, identity)
    query = _long(units)
    steps = {
        "records": _records(units, sources),
        **{f"{name}__counted": _counted(attributes) for name, attributes, rule in units if rule == "most_frequent"},
        "ranked": _ranked(units),
        "winners": _winners(units),
        "golden": _golden(units),
        "disagreement": _disagreement(units),
        "resolved": exp.select("golden.*", "disagreement.* exclude (profile_id)")
        .from_("golden")
        .join("disagreement", on="golden.profile_id = disagreement.profile_id"),
    }
    for name, step in steps.items():
        query = query.with_(name, step)
    return query


def _units(survivorship: Survivorship, identity: Identity) -> list[Unit]:
    single: list[Unit] = [(name, (name,), rule) for name, rule in survivorship.attributes.items()]
    groups: list[Unit] = [(name, group.attributes, group.rule) for name, group in survivorship.groups.items()]
    custom: list[Unit] = [(name, (name,), "most_recent") for name in identity.custom_attributes]
    return [*single, *groups, *custom]


def _attributes(units: list[Unit]) -> list[str]:
    return [attribute for _, attributes, _ in units for attribute in attributes]


def _records(units: list[Unit], sources: dict[str, Source]) -> exp.Select:
    """Person records with their profile, number, trust in their source and moment of change."""
    trust = exp.Case(
        this=column("source", "r"),
        ifs=[exp.If(this=text(name), true=literal(source.trust)) for name, source in sorted(sources.items())],
        default=literal(0.0),
    )
    moments = [
        column("updated_at", "r"),
        column("created_at", "r"),
        exp.cast(text("1900-01-01"), "timestamp"),
    ]
    return (
        exp.select(
            column("profile_id", "member"),
            column("record_no", "numbered"),
            column("record_id", "r"),
            column("source", "r"),
            column("updated_at", "r"),
            column("created_at", "r"),
            named(trust, "trust"),
            named(exp.func("coalesce", *moments), "changed_at"),
            *(named(exp.cast(column(name, "r"), "varchar", dialect="duckdb"), name) for name in _attributes(units)),
        )
        .from_("unified.person_records AS r")
        .join("identity.identity_map AS member", on="r.record_id = member.record_id")
        .join("identity.linkage_records AS numbered", on="r.record_id = numbered.record_id")
    )


def _counted(attributes: tuple[str, ...]) -> exp.Select:
    """How many records of a profile hold the same values."""
    same = [column("profile_id"), *(column(name) for name in attributes)]
    return exp.select(*same, named(exp.func("count", exp.Star()), "same")).from_("records").group_by(*same)


def _ranked(units: list[Unit]) -> exp.Select:
    """One rank for each rule, where its order does not depend on the unit's attributes."""
    orders = {_rank(name, rule): _order(name, rule, attributes) for name, attributes, rule in units}
    query = exp.select("records.*", *(named(_number(keys), rank) for rank, keys in orders.items())).from_("records")
    for name, attributes, rule in units:
        if rule == "most_frequent":
            counted = f"{name}__counted"
            same = [
                exp.NullSafeEQ(this=column(part, "records"), expression=column(part, counted))
                for part in ("profile_id", *attributes)
            ]
            query = query.join(counted, on=exp.and_(*same))
    return query


def _rank(unit: str, rule: Rule) -> str:
    return f"{rule}__rank" if rule in ("most_recent", "oldest") else f"{unit}__rank"


def _number(keys: list[Key]) -> exp.Expr:
    """All keys in one number, the first weighing most: comparing it is far cheaper than sorting by the keys."""
    number: exp.Expr = exp.cast(keys[0][0], "decimal(38, 0)", dialect="duckdb")
    for expression, digits in keys[1:]:
        shifted = exp.Mul(this=exp.Paren(this=number), expression=literal(10**digits))
        number = exp.Add(this=shifted, expression=exp.cast(expression, "bigint", dialect="duckdb"))
    return number


def _order(unit: str, rule: Rule, attributes: tuple[str, ...]) -> list[Key]:
    """A total order, greatest wins: the rule, then trust, recency and at last the record's number."""
    newest: Key = (exp.func("epoch_us", column("changed_at")), 17)
    trust: Key = (exp.Round(this=exp.Mul(this=column("trust"), expression=literal(1000))), 4)
    last: Key = (column("record_no"), 10)
    filled = [
        exp.If(this=column(name, "records").is_(exp.null()), true=literal(0), false=literal(1)) for name in attributes
    ]
    complete: exp.Expr = filled[0]
    for part in filled[1:]:
        complete = exp.Add(this=complete, expression=part)
    completeness: Key = (exp.Paren(this=complete), 3)
    created = exp.func("coalesce", column("created_at"), exp.cast(text("2999-01-01"), "timestamp"))
    orders: dict[Rule, list[Key]] = {
        "most_recent": [newest, trust, last],
        "oldest": [(exp.Neg(this=exp.func("epoch_us", created)), 17), trust, last],
        "source_trust": [trust, completeness, newest, last],
        "most_complete": [completeness, trust, newest, last],
        "most_frequent": [(column("same", f"{unit}__counted"), 6), trust, newest, last],
    }
    return orders[rule]


def _winners(units: list[Unit]) -> exp.Select:
    """Per profile the number of the record that wins each unit."""
    chosen = [
        named(
            exp.Filter(
                this=exp.func("max_by", column("record_no"), column(_rank(name, rule))),
                expression=exp.Where(this=exp.or_(*(column(a).is_(exp.null()).not_() for a in attributes))),
            ),
            name,
        )
        for name, attributes, rule in units
    ]
    return exp.select("profile_id", *chosen).from_("ranked").group_by("profile_id")


def _golden(units: list[Unit]) -> exp.Select:
    """Per profile every unit's values and the record that they come from."""
    query = exp.select("winners.profile_id").from_("winners")
    for name, attributes, _ in units:
        alias = f"{name}__won"
        kept = [named(column(part, alias), f"{name}__{part}") for part in ("record_id", "source", "updated_at")]
        query = query.select(*(named(column(a, alias), a) for a in attributes), *kept)
        query = query.join(
            exp.alias_(exp.to_table("records"), alias, table=True),
            on=exp.EQ(this=column(name, "winners"), expression=column("record_no", alias)),
            join_type="left",
        )
    return query


def _disagreement(units: list[Unit]) -> exp.Select:
    """Per profile and attribute the number of records that hold another value than the golden one."""
    differing = [
        named(
            exp.func("count_if", exp.NEQ(this=column(name, "records"), expression=column(name, "golden"))),
            f"{name}__others",
        )
        for name in _attributes(units)
    ]
    query = exp.select("golden.profile_id", *differing).from_("golden")
    return query.join("records", on="golden.profile_id = records.profile_id").group_by("golden.profile_id")


def _long(units: list[Unit]) -> exp.Select:
    """A row for each attribute that a profile has; one scan crossed with the attributes, not a union of scans."""
    members = [(name, attribute, rule) for name, attributes, rule in units for attribute in attributes]

    def of_attribute(values: Sequence[exp.Expr]) -> exp.Case:
        """The value of the attribute that the row is of."""
        branches = [
            exp.If(this=text(attribute), true=value) for (_, attribute, _), value in zip(members, values, strict=True)
        ]
        return exp.Case(this=column("attribute"), ifs=branches)

    content: dict[str, Sequence[exp.Expr]] = {
        "value": [column(attribute) for _, attribute, _ in members],
        "record_id": [column(f"{unit}__record_id") for unit, _, _ in members],
        "source": [column(f"{unit}__source") for unit, _, _ in members],
        "updated_at": [column(f"{unit}__updated_at") for unit, _, _ in members],
        "rule": [text(rule) for _, _, rule in members],
        "disagreeing_records": [column(f"{attribute}__others") for _, attribute, _ in members],
    }
    listed = exp.values([(attribute,) for _, attribute, _ in members], alias="listed", columns=["attribute"])
    return (
        exp.select("profile_id", "attribute", *(named(of_attribute(values), name) for name, values in content.items()))
        .from_("resolved")
        .join(listed, join_type="cross")
        .where(of_attribute(content["value"]).is_(exp.null()).not_())
    )


def profiles_select(columns: dict[str, str]) -> exp.Select:
    """One row a profile: golden values side by side (`columns`: attribute → type)."""
    values = [named(exp.cast(_value_of(name), kind, dialect="duckdb"), name) for name, kind in columns.items()]
    return exp.select("profile_id", *values).from_(table("profile.profile_attributes")).group_by("profile_id")


def _value_of(name: str) -> exp.Expr:
    mine = exp.Where(this=exp.EQ(this=column("attribute"), expression=text(name)))
    return exp.Filter(this=exp.Max(this=column("value")), expression=mine)
