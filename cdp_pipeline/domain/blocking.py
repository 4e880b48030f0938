"""Blocking: which pairs of records are compared at all.

Records that agree on a rule's columns form a block of the rule, and each pair of a block is a candidate.
A block larger than the rule may have proposes nothing: it grows with the square, and is mostly a
placeholder or a common name. What belongs here: keys, blocks and candidates as SELECTs, and the budget.
What does not: scores (`resources.linker`).

Keys are hashes; two values of one hash would only add a candidate, which is scored like any other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from cdp_pipeline.config.identity import BlockingRule, Identity
from cdp_pipeline.domain.expressions import column, literal, named, no_rows, table, union_all


@dataclass(frozen=True)
class Blocks:
    """What a rule may propose: blocks of at most `largest` records (none below 2).

    `pairs` and `left_out` count the rule's own pairs when the limit was set.
    """

    rule: str
    largest: int
    pairs: int
    left_out: int


def limited(rule: BlockingRule, sizes: Mapping[int, int]) -> Blocks:
    """The largest blocks with which a rule keeps to its budget; `sizes` has the number of blocks by size."""
    largest, pairs = 1, 0
    for size in sorted(size for size in sizes if 1 < size <= rule.largest_block):
        more = pairs + sizes[size] * size * (size - 1) // 2
        if more > rule.budget:
            break
        largest, pairs = size, more
    else:
        largest = rule.largest_block
    total = sum(blocks * size * (size - 1) // 2 for size, blocks in sizes.items())
    return Blocks(rule.name, largest, pairs, total - pairs)


def sizes_select(rule: BlockingRule) -> exp.Select:
    """Sizes of a rule's blocks in `identity.linkage_records` (records, blocks)."""
    names = [column(name) for name in rule.on]
    filled = exp.and_(*(exp.not_(name.copy().is_(exp.null())) for name in names))
    blocks = exp.select(named(exp.func("count", exp.Star()), "records")).from_(table("identity.linkage_records"))
    blocks = blocks.where(filled).group_by(*names)
    return (
        exp.select("records", named(exp.func("count", exp.Star()), "blocks"))
        .from_(blocks.subquery("blocks"))
        .group_by("records")
    )


def keys_select(identity: Identity) -> exp.Select:
    """The key of each record and rule, named by the rule, null where one of its columns is; and the record's digest."""
    keys = [named(_key(rule), rule.name) for rule in identity.blocking_rules]
    return exp.select(column("record_no"), column("digest"), *keys).from_(table("identity.linkage_records"))


def _key(rule: BlockingRule) -> exp.Expr:
    names = [column(name) for name in rule.on]
    filled = exp.and_(*(exp.not_(name.copy().is_(exp.null())) for name in names))
    return exp.If(this=filled, true=exp.Anonymous(this="hash", expressions=names), false=exp.null())


def large_blocks_select(limits: Iterable[Blocks], keys: str) -> exp.Query:
    """Blocks beyond their rule's limit, in a table of keys (rule, key)."""
    parts = []
    for limit in limits:
        key = column(limit.rule)
        too_many = exp.GT(this=exp.func("count", exp.Star()), expression=literal(limit.largest))
        counted = exp.select(named(exp.Literal.string(limit.rule), "rule"), named(key, "key")).from_(keys)
        parts.append(counted.where(exp.not_(key.copy().is_(exp.null()))).group_by(key.copy()).having(too_many))
    return union_all(parts)


def block_sizes_select(limits: Iterable[Blocks], keys: str, asked: str) -> exp.Query:
    """Records of those blocks of `keys` that a record of `asked` stands in, by rule (rule, key, records)."""
    parts = []
    for limit in limits:
        touched = exp.select(column(limit.rule)).from_(asked).where(exp.not_(column(limit.rule).is_(exp.null())))
        parts.append(
            exp.select(
                named(exp.Literal.string(limit.rule), "rule"),
                named(column(limit.rule), "key"),
                named(exp.func("count", exp.Star()), "records"),
            )
            .from_(keys)
            .where(exp.In(this=column(limit.rule), query=touched.subquery()))
            .group_by(column(limit.rule))
        )
    return union_all(parts)


def members_select(rules: Iterable[str], keys: str, blocks: str) -> exp.Query:
    """Records of `keys` in the `blocks` (rule, key) of these rules (record_no)."""
    return union_all(
        [exp.select("record_no").from_(keys).where(_stands_in(rule, blocks, column(rule))) for rule in sorted(rules)]
    )


def candidates_select(limits: Iterable[Blocks], left: str, right: str, large: set[str]) -> exp.Query:
    """Pairs of a record of `left` and one of `right` in one block (match_key, join_key_l, join_key_r).

    The two tables of keys are the same, or share no record. `large` are the rules with blocks in the
    temporary table `large_blocks`. Each pair comes once, with the first rule's place, as Splink has it.
    """
    parts = []
    for place, limit in enumerate(limits):
        if limit.largest < 2:
            continue
        ends = [column("record_no", "l"), column("record_no", "r")]
        key = column(limit.rule, "l")
        pairs = exp.select(
            named(literal(place), "place"),
            named(exp.func("least", *ends), "record_no_l"),
            named(exp.func("greatest", *ends), "record_no_r"),
        )
        pairs = pairs.from_(exp.alias_(table(left), "l", table=True)).join(
            exp.alias_(table(right), "r", table=True), on=exp.EQ(this=key, expression=column(limit.rule, "r"))
        )
        if left == right:
            pairs = pairs.where(exp.LT(this=ends[0].copy(), expression=ends[1].copy()))
        if limit.rule in large:
            pairs = pairs.where(exp.not_(_stands_in(limit.rule, "large_blocks", key.copy())))
        parts.append(pairs)
    if not parts:
        return no_rows({"match_key": "varchar", "join_key_l": "bigint", "join_key_r": "bigint"})
    return (
        exp.select(
            named(exp.cast(exp.Min(this=column("place")), "varchar"), "match_key"),
            named(column("record_no_l"), "join_key_l"),
            named(column("record_no_r"), "join_key_r"),
        )
        .from_(union_all(parts).subquery("proposed"))
        .group_by("record_no_l", "record_no_r")
    )


def missed_select(limits: Iterable[Blocks], pairs: str, keys: str, large: set[str]) -> exp.Select:
    """How many `pairs` (record_no_l, record_no_r) there are, and how many no rule proposes."""
    proposed = []
    for limit in limits:
        mine = column(limit.rule, "l")
        agrees: exp.Expr = exp.EQ(this=mine, expression=column(limit.rule, "r"))
        if limit.rule in large:
            agrees = exp.and_(agrees, exp.not_(_stands_in(limit.rule, "large_blocks", mine.copy())))
        if limit.largest >= 2:
            proposed.append(exp.Coalesce(this=exp.paren(agrees), expressions=[exp.false()]))
    missed = exp.not_(exp.paren(exp.or_(exp.false(), *proposed)))
    return (
        exp.select("count(*)", exp.func("count_if", missed))
        .from_(pairs)
        .join(f"{keys} AS l", on="record_no_l = l.record_no")
        .join(f"{keys} AS r", on="record_no_r = r.record_no")
    )


def sure_pairs_select(rules: Iterable[tuple[str, ...]]) -> exp.Query:
    """Pairs of records that agree on all columns of one of the rules (record_no_l, record_no_r)."""
    parts = []
    for rule in rules:
        same = [exp.EQ(this=column(name, "l"), expression=column(name, "r")) for name in rule]
        before = exp.LT(this=column("record_no", "l"), expression=column("record_no", "r"))
        ends = (named(column("record_no", side), f"record_no_{side}") for side in "lr")
        pairs = exp.select(*ends).from_("identity.linkage_records AS l")
        parts.append(pairs.join("identity.linkage_records AS r", on=exp.and_(*same, before)))
    return exp.select("*").distinct().from_(union_all(parts).subquery("sure"))


def _stands_in(rule: str, blocks: str, key: exp.Column) -> exp.Expr:
    mine = exp.EQ(this=column("rule"), expression=exp.Literal.string(rule))
    return exp.In(this=key, query=exp.select("key").from_(blocks).where(mine).subquery())
