"""Survivorship: which record's value becomes the golden one, as one SELECT.

What belongs here: the rules' total orders and groups that travel together. What does not: other
parts of a profile. Every rule's order is one integer rank, so that one pass over the records finds
the winners of all attributes.
"""

from collections.abc import Sequence

from sqlglot import exp

from cdp_pipeline.config.identity import Identity
from cdp_pipeline.config.sources import Source
from cdp_pipeline.config.survivorship import AttributeRule, Rule, Survivorship
from cdp_pipeline.domain.expressions import column, literal, named, table, text

Unit = tuple[str, tuple[str, ...], AttributeRule]
"""Name, attributes that travel together, and the rule that chooses their record."""
Key = tuple[exp.Expr, int]
"""An integer that records are ordered by, and its most decimal digits; all keys of a rank have 38 at most."""
SEPARATOR = " | "


def attributes_select(
    survivorship: Survivorship,
    identity: Identity,
    sources: dict[str, Source],
    default_country: str,
    part: tuple[int, int] = (0, 1),
) -> exp.Query:
    """Columns as `profile.profile_attributes`; custom attributes follow most_recent.

    `part` (k, n) takes one n-th of the profiles: what a step holds in memory grows with the profiles.
    """
    units = _units(survivorship, identity)
    query = _long(units)
    counted = {f"{name}__counted": _counted(attributes) for name, attributes, rule in units if _counts(rule)}
    countries = {"countries": _countries(default_country)} if any(rule.by_country for *_, rule in units) else {}
    steps = {
        "records": _part_of(_records(units, sources), *part),
        **counted,
        **countries,
        "ranked": _ranked(units),
        "winners": _winners(units),
        **{f"{name}__every": _every(name) for name, _, rule in units if rule.rule == "aggregate"},
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
    groups: list[Unit] = [(name, group.attributes, group) for name, group in survivorship.groups.items()]
    ruled = {attribute for _, attributes, _ in [*single, *groups] for attribute in attributes}
    custom: list[Unit] = [
        (name, (name,), AttributeRule(rule="most_recent")) for name in identity.custom_attributes if name not in ruled
    ]
    return [*single, *groups, *custom]


def _attributes(units: list[Unit]) -> list[str]:
    return [attribute for _, attributes, _ in units for attribute in attributes]


def _counts(rule: AttributeRule) -> bool:
    return "most_frequent" in (rule.rule, *rule.by_country.values())


def _records(units: list[Unit], sources: dict[str, Source]) -> exp.Select:
    """Person records with their profile, place in it, trust in their source and moment of change."""
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
    # A record's number is as long as a rank may be; its place within the profile is short.
    place = exp.Window(
        this=exp.func("row_number"),
        partition_by=[column("profile_id", "member")],
        order=exp.Order(expressions=[exp.Ordered(this=column("record_id", "r"))]),
    )
    query = (
        exp.select(
            column("profile_id", "member"),
            column("record_no", "member"),
            named(place, "place"),
            column("record_id", "r"),
            column("source", "r"),
            column("updated_at", "r"),
            column("created_at", "r"),
            named(column("country", "r"), "country_of_record"),
            named(trust, "trust"),
            named(exp.func("coalesce", *moments), "changed_at"),
            *(named(exp.cast(column(name, "r"), "varchar", dialect="duckdb"), name) for name in _attributes(units)),
        )
        .from_("unified.person_records AS r")
        .join("identity.identity_map AS member", on="r.record_id = member.record_id")
    )
    for name, attributes, rule in units:
        if rule.contact_point:
            alias = f"{name}__point"
            same = exp.and_(
                exp.EQ(this=column("profile_id", alias), expression=column("profile_id", "member")),
                exp.EQ(this=column("value", alias), expression=column(attributes[0], "r")),
                exp.EQ(this=column("kind", alias), expression=text(rule.contact_point)),
            )
            points = exp.alias_(table("profile.profile_contact_points"), alias, table=True)
            query = query.join(points, on=same, join_type="left")
            query = query.select(named(column("status", alias), f"{name}__status"))
    return query


def _part_of(records: exp.Select, place: int, parts: int) -> exp.Select:
    if parts == 1:
        return records
    number = exp.Anonymous(this="hash", expressions=[column("profile_id", "member")])
    return records.where(exp.EQ(this=exp.Mod(this=number, expression=literal(parts)), expression=literal(place)))


def _countries(default_country: str) -> exp.Select:
    """The country of a profile: that of most of its records, else the deployment's own."""
    known = exp.not_(column("country_of_record").is_(exp.null()))
    held = exp.select("profile_id", named(column("country_of_record"), "country"), named("count(*)", "held"))
    held = held.from_("records").where(known)
    most = exp.func("max_by", column("country"), exp.Tuple(expressions=[column("held"), column("country")]))
    chosen = exp.select("profile_id", named(most, "country")).from_(
        held.group_by("profile_id", "country_of_record").subquery("held")
    )
    country = exp.Coalesce(this=column("country", "chosen"), expressions=[text(default_country)])
    everyone = exp.select("profile_id").distinct().from_("records").subquery("everyone")
    return (
        exp.select("everyone.profile_id", named(country, "country"))
        .from_(everyone)
        .join(
            chosen.group_by("profile_id").subquery("chosen"),
            on="everyone.profile_id = chosen.profile_id",
            join_type="left",
        )
    )


def _applied(rule: AttributeRule) -> exp.Expr:
    if not rule.by_country:
        return text(rule.rule)
    ifs = [exp.If(this=text(country), true=text(other)) for country, other in sorted(rule.by_country.items())]
    return exp.Case(this=column("country", "countries"), ifs=ifs, default=text(rule.rule))


def _counted(attributes: tuple[str, ...]) -> exp.Select:
    """How many records of a profile hold the same values."""
    same = [column("profile_id"), *(column(name) for name in attributes)]
    return exp.select(*same, named(exp.func("count", exp.Star()), "same")).from_("records").group_by(*same)


def _ranked(units: list[Unit]) -> exp.Select:
    """One rank for each rule, where its order does not depend on the unit's attributes."""
    orders = {_rank(name, rule): _number_by_country(name, rule, attributes) for name, attributes, rule in units}
    query = exp.select("records.*", *(named(number, rank) for rank, number in orders.items())).from_("records")
    for name, attributes, rule in units:
        if _counts(rule):
            counted = f"{name}__counted"
            same = [
                exp.NullSafeEQ(this=column(part, "records"), expression=column(part, counted))
                for part in ("profile_id", *attributes)
            ]
            query = query.join(counted, on=exp.and_(*same))
    if any(rule.by_country for *_, rule in units):
        query = query.join("countries", on="records.profile_id = countries.profile_id")
    return query


def _rank(unit: str, rule: AttributeRule) -> str:
    """Name of the rank; plain rules that look at no attribute share one."""
    is_shared = rule.rule in ("most_recent", "oldest") and not (rule.by_country or rule.sources or rule.loses_when)
    return f"{rule.rule}__rank" if is_shared else f"{unit}__rank"


def _number_by_country(unit: str, rule: AttributeRule, attributes: tuple[str, ...]) -> exp.Expr:
    first = _preferences(unit, rule)
    usual = _number([*first, *_order(unit, rule.rule, attributes)])
    if not rule.by_country:
        return usual
    special = [
        exp.If(this=text(country), true=_number([*first, *_order(unit, other, attributes)]))
        for country, other in sorted(rule.by_country.items())
    ]
    return exp.Case(this=column("country", "countries"), ifs=special, default=usual)


def _preferences(unit: str, rule: AttributeRule) -> list[Key]:
    """What outweighs every rule: a contact point that works, and the sources named first."""
    keys: list[Key] = []
    if rule.loses_when:
        lost = exp.In(this=column(f"{unit}__status", "records"), expressions=[text(name) for name in rule.loses_when])
        keys.append((exp.If(this=lost, true=literal(0), false=literal(1)), 1))
    if rule.sources:
        ifs = [
            exp.If(this=text(source), true=literal(len(rule.sources) - place))
            for place, source in enumerate(rule.sources)
        ]
        keys.append((exp.Case(this=column("source", "records"), ifs=ifs, default=literal(0)), 1))
    return keys


def _number(keys: list[Key]) -> exp.Expr:
    """All keys in one number, the first weighing most: comparing it is far cheaper than sorting by the keys."""
    number: exp.Expr = exp.cast(keys[0][0], "decimal(38, 0)", dialect="duckdb")
    for expression, digits in keys[1:]:
        shifted = exp.Mul(this=exp.Paren(this=number), expression=literal(10**digits))
        number = exp.Add(this=shifted, expression=exp.cast(expression, "bigint", dialect="duckdb"))
    return number


def _order(unit: str, rule: Rule, attributes: tuple[str, ...]) -> list[Key]:
    """A total order, greatest wins: the rule, then trust, recency and at last the first record id."""
    newest: Key = (exp.func("epoch_us", column("changed_at", "records")), 17)
    trust: Key = (exp.Round(this=exp.Mul(this=column("trust", "records"), expression=literal(1000))), 4)
    last: Key = (exp.Sub(this=literal(999_999), expression=column("place", "records")), 6)
    filled = [
        exp.If(this=column(name, "records").is_(exp.null()), true=literal(0), false=literal(1)) for name in attributes
    ]
    complete: exp.Expr = filled[0]
    for part in filled[1:]:
        complete = exp.Add(this=complete, expression=part)
    completeness: Key = (exp.Paren(this=complete), 3)
    created = exp.func("coalesce", column("created_at", "records"), exp.cast(text("2999-01-01"), "timestamp"))
    verified = exp.EQ(this=column(f"{unit}__status", "records"), expression=text("verified"))
    orders: dict[Rule, list[Key]] = {
        "most_recent": [newest, trust, last],
        "aggregate": [newest, trust, last],
        "oldest": [(exp.Neg(this=exp.func("epoch_us", created)), 17), trust, last],
        "source_trust": [trust, completeness, newest, last],
        "most_complete": [completeness, trust, newest, last],
        "most_frequent": [(column("same", f"{unit}__counted"), 6), trust, newest, last],
        "verified_first": [(exp.If(this=verified, true=literal(1), false=literal(0)), 1), newest, trust, last],
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
    for name, attributes, rule in units:
        alias = f"{name}__won"
        kept = [named(column(part, alias), f"{name}__{part}") for part in ("record_id", "source", "updated_at")]
        values = [named(column(attribute, alias), attribute) for attribute in attributes]
        if rule.rule == "aggregate":
            values = [named(column("every_value", f"{name}__every"), name)]
        query = query.select(*values, *kept, named(_applied(rule), f"{name}__rule"))
        query = query.join(
            exp.alias_(exp.to_table("records"), alias, table=True),
            on=exp.EQ(this=column(name, "winners"), expression=column("record_no", alias)),
            join_type="left",
        )
        if rule.rule == "aggregate":
            every = f"{name}__every"
            query = query.join(every, on=f"winners.profile_id = {every}.profile_id", join_type="left")
    if any(rule.by_country for *_, rule in units):
        query = query.join("countries", on="winners.profile_id = countries.profile_id")
    return query


def _every(attribute: str) -> exp.Select:
    """Per profile all values of an attribute as one text, each once, in the order of their newest records."""
    rank = exp.Max(this=column(f"{attribute}__rank"))
    values = exp.select("profile_id", named(column(attribute), "value"), named(rank, "newest")).from_("ranked")
    values = values.where(column(attribute).is_(exp.null()).not_()).group_by("profile_id", column(attribute))
    ordered = exp.Order(this=column("value"), expressions=[exp.Ordered(this=column("newest"), desc=True)])
    together = exp.GroupConcat(this=ordered, separator=text(SEPARATOR))
    return (
        exp.select("profile_id", named(together, "every_value")).from_(values.subquery("held")).group_by("profile_id")
    )


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
    members = [(name, attribute) for name, attributes, _ in units for attribute in attributes]

    def of_attribute(values: Sequence[exp.Expr]) -> exp.Case:
        """The value of the attribute that the row is of."""
        branches = [
            exp.If(this=text(attribute), true=value) for (_, attribute), value in zip(members, values, strict=True)
        ]
        return exp.Case(this=column("attribute"), ifs=branches)

    content: dict[str, Sequence[exp.Expr]] = {
        "value": [column(attribute) for _, attribute in members],
        "record_id": [column(f"{unit}__record_id") for unit, _ in members],
        "source": [column(f"{unit}__source") for unit, _ in members],
        "updated_at": [column(f"{unit}__updated_at") for unit, _ in members],
        "rule": [column(f"{unit}__rule") for unit, _ in members],
        "disagreeing_records": [column(f"{attribute}__others") for _, attribute in members],
    }
    listed = exp.values([(attribute,) for _, attribute in members], alias="listed", columns=["attribute"])
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
