"""Guards (law 5): what no profile may break, as SELECTs over the run's clusters.

Temporary tables that they read: `clusters` (record_no, cluster), `decisions` (decision, record_id_l,
record_id_r), `common_names` (given), and those of the steps before.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlglot import condition, exp

from cdp_pipeline.config.identity import Identity
from cdp_pipeline.domain.expressions import column, literal, named, no_rows, text, union_all

CONDITIONS = {
    "birth_date": "births_conflict(l.birth, r.birth)",
    "given_name": "givens_conflict(l.given, r.given, l.given_root, r.given_root, l.family, r.family)",
    "common_name": (
        "l.is_common and r.is_common and names_differ(l.given, r.given, l.given_root, r.given_root)"
        " and coalesce(l.birth <> r.birth, true) and not names_swapped(l.given, r.given, l.family, r.family)"
    ),
    "namesake": (
        "l.street = r.street and l.own_email <> r.own_email and coalesce(l.phone <> r.phone, true)"
        " and (l.birth is null or r.birth is null)"
    ),
    "mobile": (
        "l.street = r.street and l.is_mobile and r.is_mobile and levenshtein(l.phone, r.phone) > 2"
        " and coalesce(l.email <> r.email, true) and (l.birth is null or r.birth is null)"
    ),
}
GUARDED = {"birth_date": "birth", "given_name": "given", "common_name": "given", "namesake": "email", "mobile": "phone"}
KINDS = {
    "birth_date": "birth",
    "given_name": "name",
    "common_name": "name",
    "namesake": "contact",
    "mobile": "contact",
}
"""What other records of a cluster may explain a conflict by; birth dates by nothing, and they are asked first."""
TIES = {
    "own_email": "l.phone = r.phone and l.is_mobile or l.birth = r.birth",
    "phone": "l.own_email = r.own_email and l.is_mobile and r.is_mobile",
}
"""What tells that two contact points of namesakes are one person's."""
COMPARED = ("birth", "given", "given_root", "family", "street", "email", "own_email", "phone")
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
    records = _described(exp.select("*").from_("identity.linkage_records"))
    return (
        exp.select(named(text(guard), "guard"), named("count(*)", "pairs"), named(share, "conflicting"))
        .from_(records.subquery("l"))
        .join(records.subquery("r"), on=f"{same} and l.record_no < r.record_no")
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


def conflict_steps(identity: Identity, guards: Sequence[str], is_again: bool = False) -> list[tuple[str, exp.Query]]:
    """Temporary tables in their order, the last of which is `conflicts` (cluster, record_no_l, record_no_r).

    A conflict is a pair of records in one cluster that can't be one person. `guards` are those of
    `no_conflict` that hold. Records of clusters that differ in nothing guarded are left out from the first step on.
    Clusters that are looked at again, cut, hold none but records that were described at first.
    """
    parts: list[exp.Select] = [_decided("cannot_link")]
    parts += [_two_values(name) for name, rule in sorted(identity.identifiers.items()) if rule.unique_per_profile]
    steps: list[tuple[str, exp.Query]] = []
    if guards:
        steps = [] if is_again else [("described", _described_of_varied(identity, guards))]
        steps += [("guarded", _guarded()), ("at_odds", _at_odds(guards)), ("opposed", _opposed())]
        parts.append(exp.select("*").from_(_unexcused(identity).subquery("unexcused")))
    found = exp.select("cluster", *PAIR).distinct().from_(union_all(parts).subquery("found"))
    return [*steps, ("conflicts", found)]


def decisive_columns(identity: Identity) -> list[str]:
    """Columns whose (nearly) equal values prove two records to be one person's."""
    return [str(attribute.column) for attribute in identity.attributes.values() if attribute.decisive]


def _unexcused(identity: Identity) -> exp.Select:
    """Opposed pairs that neither a decisive attribute nor a must_link excuses.

    Where one of the two is proved (nearly the same decisive value) or decided to be a third record's person,
    and that record does not conflict with the other, the deviating value is an error of its record.
    """
    query = exp.select("opposed.cluster", *(f"opposed.{name}" for name in PAIR)).from_("opposed")
    tied = [_decided("must_link")]
    if decisive := decisive_columns(identity):
        agree = " or ".join(f"coalesce(levenshtein(l.{name}, r.{name}) <= 2, false)" for name in decisive)
        pairs = _pairs().select("l.cluster", *_ends())
        tied.append(pairs.where("l.cluster in (select cluster from opposed)", agree, dialect="duckdb"))
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


def _described(records: exp.Query) -> exp.Select:
    """Records as guards see them: with whether the given name is common here, and the number a mobile telephone's."""
    mobiles = exp.select("parsed").distinct().from_("staging.parsed_values").where("line_type = 'mobile'")
    mobiles = mobiles.where("parsed in (select phone from records)")
    return (
        exp.select("records.*")
        .with_("records", records)
        .select("common_names.given is not null as is_common", "mobiles.parsed is not null as is_mobile")
        .from_("records")
        .join("common_names", on="records.given = common_names.given", join_type="left")
        .join(mobiles.subquery("mobiles"), on="records.phone = mobiles.parsed", join_type="left")
    )


def _guarded() -> exp.Select:
    """Described records with their cluster."""
    return (
        exp.select("clusters.cluster", "described.*")
        .from_("clusters")
        .join("described", on="clusters.record_no = described.record_no")
    )


def _described_of_varied(identity: Identity, guards: Sequence[str]) -> exp.Select:
    """Records of the clusters in which a guarded value differs."""
    digests = [_digest(column(name, "records")) for name in sorted({GUARDED[guard] for guard in guards})]
    differs = [exp.NEQ(this=exp.Min(this=digest), expression=exp.Max(this=digest.copy())) for digest in digests]
    several = exp.select("cluster").from_("clusters").group_by("cluster").having("count(*) > 1")
    placed = (
        exp.select()
        .from_("clusters")
        .join("identity.linkage_records AS records", on="clusters.record_no = records.record_no")
    )
    varied = placed.select("clusters.cluster").group_by("clusters.cluster").having(exp.or_(*differs))
    varied = varied.join(several.subquery("several"), on="several.cluster = clusters.cluster", join_type="semi")
    names = dict.fromkeys(("record_no", *COMPARED, *decisive_columns(identity)))
    records = placed.select(*(f"records.{name}" for name in names))
    return _described(records.join(varied.subquery("varied"), on="varied.cluster = clusters.cluster", join_type="semi"))


def _digest(value: exp.Column) -> exp.Expr:
    """A number for a text, which takes half the time to aggregate; null stays null."""
    known = exp.not_(value.copy().is_(exp.null()))
    return exp.If(this=known, true=exp.Anonymous(this="hash", expressions=[value]), false=exp.null())


def _pairs() -> exp.Select:
    """Pairs of guarded records of a cluster, as l and r."""
    return (
        exp.select()
        .from_("guarded AS l")
        .join("guarded AS r", on="l.cluster = r.cluster and l.record_no < r.record_no")
    )


def _ends() -> list[exp.Expr]:
    return [named(column("record_no", side), f"record_no_{side}") for side in "lr"]


def _at_odds(guards: Sequence[str]) -> exp.Select:
    """Pairs of a cluster with the kind of guard that keeps them apart (`KINDS`), if any."""
    found = exp.Case()
    for guard in (guard for guard in KINDS if guard in guards):
        found = found.when(condition(CONDITIONS[guard], dialect="duckdb"), text(KINDS[guard]))
    both = [f"{side}.{name} as {name}_{side}" for name in ("given", *TIES) for side in "lr"]
    ties = [named(condition(tie, dialect="duckdb"), f"ties_{contact}") for contact, tie in TIES.items()]
    return _pairs().select("l.cluster", *_ends(), *both, *ties, named(found, "kind"))


def _opposed() -> exp.Query:
    """Pairs at odds, less those that other records of the cluster explain.

    Two given names, where a third record bears both (Jean Pierre) or both are slips of its one (Jen, Ean). Two mailboxes or mobile telephones of namesakes,
    where the cluster knows them to be one person's.
    """
    borne = (
        exp.select("pairs.record_no_l", "pairs.record_no_r")
        .from_("at_odds AS pairs")
        .join("guarded AS third", on="third.cluster = pairs.cluster")
        .where(
            "pairs.kind = 'name'",
            "contains_word(third.given, pairs.given_l) and contains_word(third.given, pairs.given_r)"
            " or jaro_winkler_similarity(pairs.given_l, pairs.given_r) < 0.75 and least("
            "jaro_winkler_similarity(third.given, pairs.given_l), jaro_winkler_similarity(third.given, pairs.given_r)"
            ") >= 0.88",
            dialect="duckdb",
        )
    )
    apart = exp.select("at_odds.cluster", *(f"at_odds.{name}" for name in PAIR)).from_("at_odds")
    return union_all(
        [
            apart.where("kind = 'birth'"),
            _without(apart.where("kind = 'name'"), "at_odds", borne),
            _without(apart.where("kind = 'contact'"), "at_odds", union_all([_bridged(contact) for contact in TIES])),
        ]
    )


def _bridged(contact: str) -> exp.Select:
    """Pairs at odds whose contact points another pair of their cluster ties (`TIES`)."""
    one, other = (f"{end}({contact}_l, {contact}_r)" for end in ("least", "greatest"))
    known = exp.select("cluster", f"{one} as one", f"{other} as other").distinct().from_("at_odds")
    known = known.where(f"{contact}_l <> {contact}_r", f"ties_{contact}")
    ends = f"{one} = known.one and {other} = known.other"
    return (
        exp.select("record_no_l", "record_no_r")
        .from_("at_odds")
        .join(known.subquery("known"), on=f"at_odds.cluster = known.cluster and {ends}")
        .where("kind = 'contact'")
    )


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
