"""`identity.scored_pairs`: pairs of records that the model finds likely the same person.

A run scores the new and changed records against all others; the rest of the table stays. Its rows are
those of a full scoring (law 2): a pair is there for what its two records hold and for the sizes of their
blocks, so a block that crosses its limit has its records scored again. Model, term frequencies and
limits are frozen within a model version; a new version scores everything.
"""

from sqlglot import exp

from cdp_pipeline.assets.identity.linkage_model import Model, model_in_force
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.blocking import (
    block_sizes_select,
    candidates_select,
    keys_select,
    large_blocks_select,
    members_select,
)
from cdp_pipeline.domain.expressions import column, named, text
from cdp_pipeline.resources.linker import score
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
LARGEST_CHANGE = 0.2
"""Share of changed records above which scoring everything costs less."""
LEDGER = "identity.scored_records"


def build(run: TableRun) -> None:
    """Score what has changed, or all; pairs and `identity.scored_records` change in one step."""
    model = model_in_force(run.session)
    review = run.project.identity.thresholds.review
    scored_with = f"{model.version} from {review}"
    marks = exp.select(named(text(scored_with), "scored_with"), named(text(model.version), "model_version"))
    run.session.stage("scored_with", marks)
    is_whole = not _stage_changes(run)
    if is_whole:
        _stage_all_candidates(run, model)
    else:
        _stage_changed_candidates(run, model)
    run.metadata["candidate pairs"] = run.session.rows(exp.select("count(*)").from_("candidates"))[0][0]
    run.metadata["scored"] = "all records" if is_whole else "new and changed records"
    score(run.session, model.settings, review, "identity.linkage_records" if is_whole else "asked_records", "scored")
    rules = [(place, limit.rule) for place, limit in enumerate(model.blocks)]
    run.session.stage_rows("rules", {"match_key": "varchar", "rule": "varchar"}, rules)
    ledger = QUERIES["ledger"]
    if is_whole:
        run.write(QUERIES["pairs"], also=lambda: run.session.replace_table(LEDGER, ledger, unaudited))
    else:
        mine = _in("outdated", column("record_no"))
        run.write_rows(
            QUERIES["pairs"],
            _either_end("outdated"),
            also=lambda: run.session.replace_slice(LEDGER, ledger, mine, unaudited),
        )


def _stage_changes(run: TableRun) -> bool:
    """`changed` and `gone` (record_no); False where everything is to be scored."""
    session = run.session
    pairs = list(session.columns(run.table.full_name)) == list(run.table.sidecar.columns)
    standing = pairs and session.columns(LEDGER) == _expected(run)
    if not standing or session.rows(QUERIES["scored_with_another"])[0][0]:
        return False
    session.stage("changed", QUERIES["changed"])
    session.stage("gone", QUERIES["gone"])
    changed, records = session.rows(QUERIES["size_of_change"])[0]
    run.metadata["new and changed records"] = int(changed)
    return bool(changed <= LARGEST_CHANGE * records)


def _expected(run: TableRun) -> dict[str, str]:
    """Columns of the ledger with the blocking rules as they are configured."""
    rules = {rule.name: "UBIGINT" for rule in run.project.identity.blocking_rules}
    return {"record_no": "BIGINT", "digest": "BIGINT", "scored_with": "VARCHAR", **rules}


def _stage_all_candidates(run: TableRun, model: Model) -> None:
    session = run.session
    session.stage("keys", keys_select(run.project.identity))
    session.stage("large_blocks", large_blocks_select(model.blocks, "keys"))
    session.stage("candidates", candidates_select(model.blocks, "keys", "keys", _large_rules(run)))


def _stage_changed_candidates(run: TableRun, model: Model) -> None:
    """Candidates of the changed records, and of those in a block that has crossed its limit."""
    session = run.session
    session.stage("keys", keys_select(run.project.identity).where(_in("changed", column("record_no"))))
    session.stage("keys_before", QUERIES["keys_before"])
    session.stage("touched_keys", QUERIES["touched_keys"])
    session.stage("blocks_before", block_sizes_select(model.blocks, LEDGER, "touched_keys"))
    session.stage("blocks_left", block_sizes_select(model.blocks, "keys_before", "keys_before"))
    session.stage("blocks_joined", block_sizes_select(model.blocks, "keys", "keys"))
    limits = [(limit.rule, limit.largest) for limit in model.blocks]
    session.stage_rows("limits", {"rule": "varchar", "largest": "bigint"}, limits)
    session.stage("block_changes", QUERIES["block_changes"])
    session.stage("large_blocks", QUERIES["large_blocks"])
    session.stage("crossed_blocks", QUERIES["crossed_blocks"])
    crossed = {str(row[0]) for row in session.rows(exp.select("rule").distinct().from_("crossed_blocks"))}
    if crossed:
        session.stage("crossing", members_select(crossed, LEDGER, "crossed_blocks"))
        session.stage("keys_of_crossing", QUERIES["keys_of_crossing"])
        session.stage("blocks_of_crossing", block_sizes_select(model.blocks, LEDGER, "keys_of_crossing"))
        session.append("large_blocks", QUERIES["large_blocks_of_crossing"])
        session.append("keys", exp.select("*").from_("keys_of_crossing"))
    session.stage("outdated", QUERIES["outdated"])
    large = _large_rules(run)
    session.stage("candidates", candidates_select(model.blocks, "keys", "keys", large))
    session.stage("candidates_among_others", candidates_select(model.blocks, "keys", LEDGER, large))
    session.append("candidates", QUERIES["candidates_with_others"])
    session.stage("asked_records", QUERIES["asked_records"])


def _large_rules(run: TableRun) -> set[str]:
    return {str(row[0]) for row in run.session.rows(exp.select("rule").distinct().from_("large_blocks"))}


def _in(listed: str, value: exp.Expr) -> exp.Expr:
    return exp.In(this=value, query=exp.select("record_no").from_(listed).subquery())


def _either_end(listed: str) -> exp.Expr:
    return exp.or_(_in(listed, column("record_no_l")), _in(listed, column("record_no_r")))
