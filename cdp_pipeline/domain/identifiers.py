"""Exact identifiers: which values are personal, and the links they make.

What belongs here: limits, blocked values and the SELECTs they compile to. What does not: scores.
"""

from sqlglot import condition, exp

from cdp_pipeline.config.identity import ExactIdentifier, Identity
from cdp_pipeline.domain.expressions import (
    DIALECT,
    array,
    column,
    joined,
    literal,
    macro,
    named,
    null_as,
    table,
    text,
    union_all,
)

FOLDED = {
    "given": macro("fold_name", column("given_name", "person_records")),
    "family": macro("fold_name", column("family_name", "person_records")),
    "birth": exp.cast(column("birth_date", "person_records"), "varchar", dialect="duckdb"),
}
DIFFERS = {
    "given": "givens_differ(l.given, r.given, l.family, r.family)",
    "family": "left(l.family, 2) <> left(r.family, 2)",
    "birth": "l.birth <> r.birth",
}
"""When values of two records are those of two people."""
SEEN_WITH = {"given": ("given", "family"), "family": ("family",), "birth": ("birth",)}


def shared_select(identity: Identity) -> exp.Query:
    """Values that are blocked, on too many records, or on records of different people (type, value, records, reason)."""
    parts = [part for name, rule in sorted(identity.identifiers.items()) for part in _shared(name, rule)]
    return union_all(parts) if parts else _nothing("type", "value", "records", "reason")


def links_select(identity: Identity) -> exp.Query:
    """Each pair of records that hold a personal value (record_no_l, record_no_r, type, value).

    Pairs, not a star around one record: whom a value joins must not hang on a record that is cut off.
    """
    configured = array(sorted(identity.identifiers))
    if not identity.identifiers:
        return _nothing("record_no_l", "record_no_r", "type", "value")
    personal = (
        exp.select(
            named(macro("record_number", column("record_id", "identifiers")), "record_no"),
            "identifiers.type",
            "identifiers.value",
        )
        .from_("unified.identifiers")
        .join(
            table("identity.shared_identifiers"),
            on="identifiers.type = shared_identifiers.type and identifiers.value = shared_identifiers.value",
            join_type="anti",
        )
        .where(exp.func("list_contains", configured, column("type", "identifiers")))
    )
    ends = [named(column("record_no", side), f"record_no_{side}") for side in "lr"]
    return (
        exp.select(*ends, "l.type", "l.value")
        .with_("personal", personal)
        .from_("personal AS l")
        .join("personal AS r", on="l.type = r.type and l.value = r.value and l.record_no < r.record_no")
    )


def content_select(identity: Identity) -> exp.Select:
    """What guards look at of each record, as a hash (record_no, digest)."""
    unique = sorted(name for name, rule in identity.identifiers.items() if rule.unique_per_profile)
    if not unique:
        return exp.select("record_no", "digest").from_(table("identity.linkage_records"))
    value = joined(" ", column("type"), column("value"))
    listed = exp.GroupConcat(
        this=exp.Order(this=value, expressions=[exp.Ordered(this=column("type")), exp.Ordered(this=column("value"))]),
        separator=text("\x1f"),
    )
    held = (
        exp.select(named(macro("record_number", column("record_id")), "record_no"), named(listed, "held"))
        .from_(table("unified.identifiers"))
        .where(exp.func("list_contains", array(unique), column("type")))
        .group_by("record_id")
    )
    content = joined(" ", column("digest", "records"), column("held", "identifiers"))
    return (
        exp.select("records.record_no", named(macro("record_number", content), "digest"))
        .from_("identity.linkage_records AS records")
        .join(held.subquery("identifiers"), on="records.record_no = identifiers.record_no", join_type="left")
    )


def _shared(name: str, rule: ExactIdentifier) -> list[exp.Select]:
    parts = []
    blocked: list[exp.Expr] = [exp.EQ(this=column("value"), expression=text(value)) for value in rule.blocked_values]
    if rule.blocked_pattern:
        blocked.append(exp.func("regexp_full_match", column("value"), text(rule.blocked_pattern)))
    if blocked:
        parts.append(_reported(_held(name).where(exp.or_(*blocked)), name, "blocked", exp.true()))
    too_many = exp.GT(this=exp.func("count", exp.Star()), expression=literal(rule.limit))
    parts.append(_reported(_held(name), name, "too many records", too_many))
    for attribute in rule.one_person_by:
        parts.append(_disagreeing(name, attribute, rule.limit))
    return parts


def _disagreeing(name: str, attribute: str, limit: int) -> exp.Select:
    """Values within the limit on two records of which the attribute differs (`DIFFERS`)."""
    told = _held(name).select("value", *(named(FOLDED[seen].copy(), seen) for seen in SEEN_WITH[attribute])).distinct()
    told = told.join(table("unified.person_records"), using=["record_id"])
    several = (
        exp.select("l.value")
        .distinct()
        .with_("told", told)
        .from_("told AS l")
        .join("told AS r", on=f"l.value = r.value and l.{attribute} < r.{attribute}")
        .where(condition(DIFFERS[attribute], dialect=DIALECT))
    )
    held = _held(name).join(several.subquery("several"), using=["value"], join_type="semi")
    few = exp.LTE(this=exp.func("count", exp.Star()), expression=literal(limit))
    return _reported(held, name, f"its records differ in {attribute}", few)


def _held(name: str) -> exp.Select:
    return exp.select().from_("unified.identifiers").where(exp.EQ(this=column("type"), expression=text(name)))


def _reported(held: exp.Select, name: str, reason: str, having: exp.Expr) -> exp.Select:
    return (
        held.select(
            named(text(name), "type"),
            column("value"),
            named(exp.func("count", exp.Star()), "records"),
            named(text(reason), "reason"),
        )
        .group_by(column("value"))
        .having(having)
    )


def _nothing(*names: str) -> exp.Select:
    types = dict.fromkeys(("records", "record_no_l", "record_no_r"), "bigint")
    return exp.select(*(named(null_as(types.get(name, "varchar")), name) for name in names)).where(exp.false())
