"""Guards (law 5): what no profile may break, as SELECTs over the run's clusters.

Temporary tables that they read: `clusters` (record_no, cluster), `decisions` (decision, record_id_l,
record_id_r), `common_names` (given).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlglot import condition, exp

from cdp_pipeline.config.identity import Identity
from cdp_pipeline.domain.expressions import column, literal, named, no_rows, text, union_all

CONDITIONS = {
    "birth_date": "births_conflict(l.birth, r.birth)",
    "given_name": "givens_conflict(l.given, r.given, l.family, r.family)",
    "common_name": (
        "names_differ(l.given, r.given) and coalesce(l.birth <> r.birth, true)"
        " and l.given in (select given from common_names) and r.given in (select given from common_names)"
    ),
    "namesake": (
        "l.street = r.street and l.email <> r.email and coalesce(l.phone <> r.phone, true)"
        " and (l.birth is null or r.birth is null)"
    ),
    "mobile": (
        "l.street = r.street and levenshtein(l.phone, r.phone) > 2 and coalesce(l.email <> r.email, true)"
        " and (l.birth is null or r.birth is null)"
        " and l.phone in (select parsed from staging.parsed_values where line_type = 'mobile')"
        " and r.phone in (select parsed from staging.parsed_values where line_type = 'mobile')"
    ),
}
GUARDED = {"birth_date": "birth", "given_name": "given", "common_name": "given", "namesake": "email", "mobile": "phone"}
SEEN_BY = {
    "birth_date": "full_key",
    "given_name": "birth",
    "common_name": "family",
    "namesake": "full_key",
    "mobile": "full_key",
}
FEWEST_PROVED = 100
PAIR = ("record_no_l", "record_no_r")


def common_names_select(identity: Identity) -> exp.Select:
    """Given names that are common among the records that the model was trained on (given)."""
    common = identity.guards.common_name
    share = exp.Div(this=literal(common.least_records), expression=column("records", "model"))
    return (
        exp.select(named(column("value", "terms"), "given"))
        .from_("identity.term_frequencies AS terms")
        .join("identity.linkage_model AS model", join_type="cross")
        .where(exp.EQ(this=column("attribute", "terms"), expression=text("given")))
        .where(
            exp.GTE(
                this=column("frequency", "terms"), expression=exp.func("greatest", literal(common.least_share), share)
            )
        )
    )


def crowded_select(largest: int) -> exp.Select:
    """Clusters of more records than a person may have."""
    many = exp.GT(this=exp.func("count", exp.Star()), expression=literal(largest))
    return exp.select("cluster").from_("clusters").group_by("cluster").having(many)


def touched_select() -> exp.Select:
    """Clusters that hold a conflict."""
    return exp.select("cluster").distinct().from_("conflicts")


def proofs_select(identity: Identity) -> exp.Query:
    """How often one person's guarded values conflict here (guard, pairs, conflicting: a share).

    The pairs agree on a decisive attribute and on what else says who it is.
    """
    parts = [_proved(guard, name) for guard in identity.guards.no_conflict for name in decisive_columns(identity)]
    return union_all(parts) if parts else no_rows({"guard": "varchar", "pairs": "bigint", "conflicting": "double"})


def _proved(guard: str, name: str) -> exp.Select:
    same = " and ".join(f"l.{column} = r.{column}" for column in (name, SEEN_BY[guard]))
    share = exp.Avg(this=exp.cast(condition(CONDITIONS[guard], dialect="duckdb"), "integer"))
    filled = f"l.{GUARDED[guard]} is not null and r.{GUARDED[guard]} is not null"
    return (
        exp.select(named(text(guard), "guard"), named("count(*)", "pairs"), named(share, "conflicting"))
        .from_("identity.linkage_records AS l")
        .join("identity.linkage_records AS r", on=f"{same} and l.record_no < r.record_no")
        .where(filled)
    )


def holding(identity: Identity, proofs: Iterable[tuple[Any, ...]]) -> list[str]:
    """Guards of `no_conflict` that hold: where proved pairs are full of conflicts, these tell of errors."""
    lapsed = {
        guard
        for guard, pairs, conflicting in proofs
        if pairs >= FEWEST_PROVED and conflicting > identity.guards.most_errors
    }
    return [guard for guard in identity.guards.no_conflict if guard not in lapsed]


def conflicts_select(identity: Identity, guards: Sequence[str]) -> exp.Query:
    """Pairs of records in one cluster that can't be one person (cluster, record_no_l, record_no_r).

    `guards` are those of `no_conflict` that hold.
    """
    guarded = sorted({GUARDED[guard] for guard in guards})
    opposed = [_disagreeing(name, [guard for guard in guards if GUARDED[guard] == name]) for name in guarded]
    parts: list[exp.Select] = [_decided("cannot_link")]
    parts += [_two_values(name) for name, rule in sorted(identity.identifiers.items()) if rule.unique_per_profile]
    if opposed:
        parts.append(exp.select("*").from_(_unexcused(identity, union_all(opposed)).subquery("unexcused")))
    found = exp.select("cluster", "record_no_l", "record_no_r").distinct().from_(union_all(parts).subquery("found"))
    return found.with_("varied", _varied(guards), materialized=True)


def decisive_columns(identity: Identity) -> list[str]:
    """Columns whose (nearly) equal values prove two records to be one person's."""
    return [str(attribute.column) for attribute in identity.attributes.values() if attribute.decisive]


def _unexcused(identity: Identity, opposed: exp.Query) -> exp.Select:
    """Conflicts that neither a decisive attribute nor a must_link excuses.

    Where one of the two is proved (nearly the same decisive value) or decided to be a third record's person,
    and that record does not conflict with the other, the deviating value is an error of its record.
    """
    query = exp.select("opposed.cluster", *(f"opposed.{name}" for name in PAIR)).from_("opposed")
    query = query.with_("opposed", opposed)
    tied = [_decided("must_link")]
    if decisive := decisive_columns(identity):
        agree = " or ".join(f"coalesce(levenshtein(l.{name}, r.{name}) <= 2, false)" for name in decisive)
        pairs = _pairs(exp.select("cluster").distinct().from_("opposed"))
        tied.append(pairs.where(agree, dialect="duckdb"))
    both_ways = [_turned("opposed", False), _turned("opposed", True)]
    query = query.with_("tied", union_all(tied)).with_(
        "tie", union_all([_turned("tied", False), _turned("tied", True)])
    )
    query = query.with_("foe", union_all(both_ways)).with_("excused", _excused())
    return _without(query, "opposed", exp.select(*PAIR).from_("excused"))


def _excused() -> exp.Select:
    """Conflicting pairs one end of which is tied to a record (or to the other end) without a conflict there."""
    no_foe = exp.select("1").from_("foe").where("foe.a = tie.b and foe.b = f.b")
    return (
        exp.select(
            named(exp.func("least", column("a", "f"), column("b", "f")), "record_no_l"),
            named(exp.func("greatest", column("a", "f"), column("b", "f")), "record_no_r"),
        )
        .from_("foe AS f")
        .join("tie", on="tie.a = f.a")
        .where(exp.Exists(this=no_foe).not_())
    )


def _turned(source: str, backwards: bool) -> exp.Select:
    ends = ("record_no_r", "record_no_l") if backwards else ("record_no_l", "record_no_r")
    return exp.select(named(column(ends[0]), "a"), named(column(ends[1]), "b")).from_(source)


def _pairs(candidates: exp.Select) -> exp.Select:
    """Pairs of records of each candidate cluster, as l and r."""
    return (
        exp.select(
            column("cluster", "a"),
            named(column("record_no", "l"), "record_no_l"),
            named(column("record_no", "r"), "record_no_r"),
        )
        .from_(candidates.subquery("candidates"))
        .join("clusters AS a", on="candidates.cluster = a.cluster")
        .join("clusters AS b", on="candidates.cluster = b.cluster AND a.record_no < b.record_no")
        .join("identity.linkage_records AS l", on="a.record_no = l.record_no")
        .join("identity.linkage_records AS r", on="b.record_no = r.record_no")
    )


def _varied(guards: Sequence[str]) -> exp.Select:
    """Of each cluster whether the guarded values differ at all."""
    values = {name: column(name, "records") for name in sorted(GUARDED[guard] for guard in guards)}
    differ = {
        name: exp.NEQ(this=exp.Min(this=value), expression=exp.Max(this=value.copy())) for name, value in values.items()
    }
    return (
        exp.select("clusters.cluster", *(named(differs, name) for name, differs in differ.items()))
        .from_("clusters")
        .join("identity.linkage_records AS records", on="clusters.record_no = records.record_no")
        .group_by("clusters.cluster")
    )


def _disagreeing(name: str, guards: Sequence[str]) -> exp.Select:
    """Pairs of a cluster that one of the guards of this column keeps apart."""
    candidates = exp.select("cluster").from_("varied").where(column(name))
    opposed = _pairs(candidates).where(" or ".join(f"({CONDITIONS[guard]})" for guard in guards), dialect="duckdb")
    return _whom_nobody_joins(opposed) if name == "given" else opposed


def _whom_nobody_joins(opposed: exp.Select) -> exp.Select:
    """Pairs of which no third record of the cluster bears both given names (Jean Pierre beside Jean and Pierre)."""
    called = opposed.select(named(column("given", "l"), "given_l"), named(column("given", "r"), "given_r"))
    borne = (
        exp.select("pairs.record_no_l", "pairs.record_no_r")
        .from_("called AS pairs")
        .join("clusters AS c", on="c.cluster = pairs.cluster")
        .join("identity.linkage_records AS third", on="c.record_no = third.record_no")
        .where(
            "contains_word(third.given, pairs.given_l)", "contains_word(third.given, pairs.given_r)", dialect="duckdb"
        )
    )
    apart = _without(
        exp.select("called.cluster", *(f"called.{name}" for name in PAIR)).from_("called"), "called", borne
    )
    return exp.select("*").from_(apart.with_("called", called, materialized=True).subquery("apart"))


def _without(query: exp.Select, pairs: str, others: exp.Query) -> exp.Select:
    """The query without those of its pairs that are among others."""
    same = [exp.EQ(this=column(name, pairs), expression=column(name, "others")) for name in PAIR]
    return query.join(others.subquery("others"), on=exp.and_(*same), join_type="anti")


def _decided(decision: str) -> exp.Select:
    """Pairs of one cluster that the steward decided on so."""
    ends = [column("record_no", side) for side in "lr"]
    return (
        exp.select(
            column("cluster", "a"),
            named(exp.func("least", *ends), "record_no_l"),
            named(exp.func("greatest", *(end.copy() for end in ends)), "record_no_r"),
        )
        .from_("decisions")
        .join("identity.linkage_records AS l", on="decisions.record_id_l = l.record_id")
        .join("identity.linkage_records AS r", on="decisions.record_id_r = r.record_id")
        .join("clusters AS a", on="a.record_no = l.record_no")
        .join("clusters AS b", on="b.record_no = r.record_no AND a.cluster = b.cluster")
        .where(exp.EQ(this=column("decision"), expression=text(decision)))
    )


def _two_values(name: str) -> exp.Select:
    held = exp.select("clusters.cluster", "clusters.record_no", "i.value").from_("clusters")
    held = held.join("identity.linkage_records AS records", on="clusters.record_no = records.record_no")
    held = held.join("unified.identifiers AS i", on="records.record_id = i.record_id")
    held = held.where(exp.EQ(this=column("type", "i"), expression=text(name)))
    return (
        exp.select(
            column("cluster", "l"),
            named(column("record_no", "l"), "record_no_l"),
            named(column("record_no", "r"), "record_no_r"),
        )
        .from_(held.subquery("l"))
        .join(
            held.copy().subquery("r"),
            on="l.cluster = r.cluster AND l.record_no < r.record_no AND l.value <> r.value",
        )
    )
