"""Survivorship: which record's value becomes the golden one, as one SELECT.

What belongs here: the rules' total orders and groups that travel together. What does not: other
parts of a profile.
"""

from sqlglot import exp

from cdp_pipeline.config.identity import Identity
from cdp_pipeline.config.sources import Source
from cdp_pipeline.config.survivorship import Rule, Survivorship
from cdp_pipeline.domain.expressions import column, literal, named, table, text, union_all

RECORDS = "records"


def attributes_select(survivorship: Survivorship, identity: Identity, sources: dict[str, Source]) -> exp.Query:
    """Columns as `profile.profile_attributes`; attributes without a rule of their own follow most_recent."""
    units: list[tuple[tuple[str, ...], Rule]] = [((name,), rule) for name, rule in survivorship.attributes.items()]
    units += [(group.attributes, group.rule) for group in survivorship.groups.values()]
    units += [((name,), "most_recent") for name in identity.custom_attributes]
    parts = [part for attributes, rule in units for part in _unit(attributes, rule)]
    return _select_of(union_all(parts)).with_(RECORDS, _records(sources))


def _select_of(query: exp.Query) -> exp.Select:
    return exp.select("*").from_(query.subquery("attributes"))


def _records(sources: dict[str, Source]) -> exp.Select:
    """Person records with their profile and the trust in their source."""
    trust = exp.Case(
        this=column("source", "r"),
        ifs=[exp.If(this=text(name), true=literal(source.trust)) for name, source in sorted(sources.items())],
        default=literal(0.0),
    )
    joined = exp.select("r.*", "member.profile_id", named(trust, "trust")).from_("unified.person_records AS r")
    return joined.join("identity.identity_map AS member", on="r.record_id = member.record_id")


def _unit(attributes: tuple[str, ...], rule: Rule) -> list[exp.Select]:
    """A row for each attribute of the winning record, per profile."""
    held = exp.or_(*(column(name).is_(exp.null()).not_() for name in attributes))
    values = {name: _text(name) for name in attributes}
    kept = {**values, "record_id": column("record_id"), "source": column("source"), "updated_at": column("updated_at")}
    winner = exp.Struct(expressions=[exp.PropertyEQ(this=exp.to_identifier(k), expression=v) for k, v in kept.items()])
    others = [named(exp.Count(this=exp.Distinct(expressions=[_text(name)])), f"{name}__values") for name in attributes]
    order = exp.Tuple(expressions=_order(rule, attributes))
    won = exp.select(column("profile_id"), named(exp.func("max_by", winner, order), "winner"), *others)
    won = won.from_(_counted(attributes) if rule == "most_frequent" else exp.to_table(RECORDS)).where(held).group_by("profile_id")
    return [_row(won, name, rule) for name in attributes]


def _row(won: exp.Select, name: str, rule: Rule) -> exp.Select:
    def of_winner(part: str) -> exp.Dot:
        return exp.Dot(this=column("winner"), expression=exp.to_identifier(part))

    return (
        exp.select(
            column("profile_id"),
            named(text(name), "attribute"),
            named(of_winner(name), "value"),
            named(of_winner("record_id"), "record_id"),
            named(of_winner("source"), "source"),
            named(of_winner("updated_at"), "updated_at"),
            named(text(rule), "rule"),
            named(exp.Sub(this=column(f"{name}__values"), expression=literal(1)), "other_values"),
        )
        .from_(won.copy().subquery("won"))
        .where(of_winner(name).is_(exp.null()).not_())
    )


def _counted(attributes: tuple[str, ...]) -> exp.Subquery:
    """Records with how many records of the profile hold the same values."""
    count = exp.Window(this=exp.func("count", exp.Star()), partition_by=[column("profile_id"), *(column(n) for n in attributes)])
    return exp.select("*", named(count, "same_values")).from_(RECORDS).subquery("counted")


def _order(rule: Rule, attributes: tuple[str, ...]) -> list[exp.Expression]:
    """A total order, greatest wins: the rule, then trust, recency and at last the record's id."""
    newest = exp.func("coalesce", column("updated_at"), column("created_at"), exp.cast(text("1900-01-01"), "timestamp"))
    trust, last = column("trust"), column("record_id")
    filled = [exp.If(this=column(name).is_(exp.null()), true=literal(0), false=literal(1)) for name in attributes]
    completeness: exp.Expression = filled[0]
    for part in filled[1:]:
        completeness = exp.Add(this=completeness, expression=part)
    age = exp.Neg(this=exp.func("epoch", exp.func("coalesce", column("created_at"), exp.cast(text("2999-01-01"), "timestamp"))))
    orders: dict[Rule, list[exp.Expression]] = {
        "most_recent": [newest, trust, last],
        "oldest": [age, trust, last],
        "source_trust": [trust, completeness, newest, last],
        "most_complete": [completeness, trust, newest, last],
        "most_frequent": [column("same_values"), trust, newest, last],
    }
    return orders[rule]


def _text(name: str) -> exp.Expression:
    return exp.cast(column(name), "varchar", dialect="duckdb")


def profiles_select(columns: dict[str, str]) -> exp.Select:
    """One row a profile: golden values side by side (`columns`: attribute → type), and what its records tell."""
    attribute = table("profile.profile_attributes")
    values = [
        named(exp.cast(exp.Filter(this=exp.Max(this=column("value")), expression=exp.Where(this=exp.EQ(this=column("attribute"), expression=text(name)))), kind, dialect="duckdb"), name)
        for name, kind in columns.items()
    ]
    golden = exp.select("profile_id", *values).from_(attribute).group_by("profile_id")
    return golden
