"""Links: everything that says two records are, or are not, one person, with its strength in bits.

What belongs here: links from scores, exact identifiers and decisions as one SELECT. What does not: what
becomes of them (`domain.clustering`), and what forbids them (`domain.guards`).
"""

from sqlglot import exp

from cdp_pipeline.config.identity import Identity
from cdp_pipeline.domain.expressions import column, literal, macro, named, null_as, table, text, union_all

STEWARD_STRENGTH = 1000.0
"""A decision outweighs any sum of scores of one person's records."""


def links_select(identity: Identity) -> exp.Query:
    """The strongest link of each pair of records (record_no_l, record_no_r, evidence, strength).

    `evidence` is `score`, `identifier`, `must_link` or `cannot_link`; the last has no strength. Reads
    the temporary table `decisions` (decision, record_id_l, record_id_r).
    """
    cases = [
        exp.If(this=exp.EQ(this=column("type"), expression=text(name)), true=literal(rule.strength))
        for name, rule in sorted(identity.identifiers.items())
    ]
    strength = exp.Case(ifs=cases, default=literal(0.0)) if cases else literal(0.0)
    enough = exp.GTE(this=column("match_probability"), expression=literal(identity.thresholds.merge))
    parts = [
        _links("identity.scored_pairs", text("score"), column("match_weight")).where(enough),
        _links("identity.identifier_links", text("identifier"), strength),
        _decided("must_link", literal(STEWARD_STRENGTH)),
        _decided("cannot_link", null_as("double")),
    ]
    strongest = exp.select(
        "record_no_l",
        "record_no_r",
        *(named(_strongest_of(evidence), evidence) for evidence in ("score", "identifier", "must_link")),
        named(exp.func("bool_or", exp.EQ(this=column("evidence"), expression=text("cannot_link"))), "is_forbidden"),
    )
    strongest = strongest.from_(union_all(parts).subquery("every_link")).group_by("record_no_l", "record_no_r")
    outranks = exp.GTE(this=column("score"), expression=column("identifier"))
    evidence = exp.Case(default=text("identifier"))
    for holds, name in (
        (column("is_forbidden"), "cannot_link"),
        (exp.not_(column("must_link").is_(exp.null())), "must_link"),
        (exp.or_(column("identifier").is_(exp.null()), outranks), "score"),
    ):
        evidence = evidence.when(holds, text(name))
    strength = exp.func("greatest", column("must_link"), column("score"), column("identifier"))
    return exp.select(
        "record_no_l",
        "record_no_r",
        named(evidence, "evidence"),
        named(exp.If(this=column("is_forbidden"), true=exp.null(), false=strength), "strength"),
    ).from_(strongest.subquery("strongest"))


def _strongest_of(evidence: str) -> exp.Expr:
    mine = exp.EQ(this=column("evidence"), expression=text(evidence))
    return exp.Max(this=exp.If(this=mine, true=column("strength")))


def _links(source: str, evidence: exp.Expr, strength: exp.Expr) -> exp.Select:
    return _columns(column("record_no_l"), column("record_no_r"), evidence, strength).from_(table(source))


def _decided(decision: str, strength: exp.Expr) -> exp.Select:
    numbers = [macro("record_number", column(name)) for name in ("record_id_l", "record_id_r")]
    ends = [exp.func(name, *(number.copy() for number in numbers)) for name in ("least", "greatest")]
    mine = exp.EQ(this=column("decision"), expression=text(decision))
    return _columns(ends[0], ends[1], text(decision), strength).from_("decisions").where(mine)


def _columns(left: exp.Expr, right: exp.Expr, evidence: exp.Expr, strength: exp.Expr) -> exp.Select:
    return exp.select(
        named(left, "record_no_l"),
        named(right, "record_no_r"),
        named(evidence, "evidence"),
        named(exp.cast(strength, "double"), "strength"),
    )
