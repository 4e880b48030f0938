"""`identity.identity_map`: which profile each record belongs to.

Links come from the steward, from exact identifiers and from scores; components of them are people,
unless a guard is broken: then the component is cut at its weakest links (`domain.clustering`).

A run works on the components that a new, changed or lost link or record touches, and leaves the others:
no id and no guard reaches across components, so the rows are those of a run over everything (law 2).
The map, the links that it was made of and the events of the change take effect in one step.
"""

import hashlib
import json

from sqlglot import exp

from cdp_pipeline.assets.clusters import stage_clusters
from cdp_pipeline.assets.identity.identity_events import EVENTS, log_events
from cdp_pipeline.assets.identity.linkage_model import model_in_force
from cdp_pipeline.assets.profile_ids import stage_ids
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.identity import Identity
from cdp_pipeline.config.steward import as_table, contradictions, load_decisions
from cdp_pipeline.domain.expressions import column, literal, named, no_rows
from cdp_pipeline.domain.guards import (
    common_names_select,
    decisive_columns,
    holding,
    proofs_select,
)
from cdp_pipeline.domain.identifiers import content_select
from cdp_pipeline.domain.linkage import compared
from cdp_pipeline.domain.links import links_select
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
DECISIONS = Expectation(
    expectation="expect_decisions_to_be_kept",
    severity="warn",
    dimension="consistency",
    sentence="The steward's decisions name records that are there, and none contradicts another.",
)
CHECKS = (DECISIONS,)
LINKS = "identity.links"


def build(run: TableRun) -> None:
    """Cluster, cut, carry ids over, and log what changed."""
    model = model_in_force(run.session)
    identity = compared(run.project.identity, model.settings)
    run.session.stage("common_names", common_names_select(identity))
    guards = _guards(run, identity)
    _stage_inputs(run, identity, [model.version, *guards])
    is_whole = not _stage_touched(run)
    run.session.stage("working", QUERIES["all_records" if is_whole else "touched_records"])
    run.session.stage("before", _before(run, is_whole))
    run.metadata["clustered"] = "all records" if is_whole else "components touched by a change"
    run.session.stage("links", QUERIES["working_links"])
    stage_clusters(run, identity, guards)
    is_logged = bool(run.session.columns(EVENTS))
    stage_ids(run.session, is_logged)
    run.session.stage("members", QUERIES["members"])
    if is_whole:
        run.write(exp.select("*").from_("members"), also=lambda: _write_all_else(run, is_logged))
    else:
        run.write_rows(exp.select("*").from_("members"), _in_before(), also=lambda: _write_changes_else(run))
    _judge(run)


def _stage_inputs(run: TableRun, identity: Identity, applied: list[str]) -> None:
    """`decisions`, `links_now`, `content` (record_no, digest), `settings` and `today`."""
    session = run.session
    session.stage_rows("decisions", *as_table(load_decisions(run.project.seeds)))
    session.stage("links_now", links_select(identity))
    session.stage("content", content_select(identity))
    unique = sorted(name for name, rule in identity.identifiers.items() if rule.unique_per_profile)
    thresholds = identity.thresholds.model_dump(mode="json")
    rules = [identity.guards.model_dump(mode="json"), thresholds, applied, decisive_columns(identity), unique]
    digest = hashlib.sha256(json.dumps(rules).encode()).hexdigest()[:12]
    session.stage_rows("settings", {"clustered_with": "varchar"}, [(digest,)])
    session.stage("today", exp.select(named(literal(run.as_of), "day")))


def _guards(run: TableRun, identity: Identity) -> list[str]:
    """Guards of attributes that hold, by the records of today; when one lapses, the whole map is made anew."""
    guards = holding(identity, run.session.rows(proofs_select(identity)))
    run.metadata["guards that lapse"] = ", ".join(sorted(set(identity.guards.no_conflict) - set(guards))) or "none"
    return guards


def _judge(run: TableRun) -> None:
    """Tell, by their lines, of decisions that are not kept; of contradicting ones the cannot_link holds."""
    decisions = load_decisions(run.project.seeds)
    told = [
        f"line {cannot.line} parts what line(s) {', '.join(str(must.line) for must in musts)} join: the cannot_link holds"
        for cannot, musts in contradictions(decisions)
    ]
    known = {str(row[0]) for row in run.session.rows(QUERIES["decided_records"])}
    lost = [str(d.line) for d in decisions if not {d.record_id_l, d.record_id_r} <= known]
    told += [f"line(s) {', '.join(lost)} name records that no source delivers"] if lost else []
    parted = {(str(left), str(right)) for left, right in run.session.rows(QUERIES["parted_decisions"])}
    kept_apart = [
        str(d.line) for d in decisions if d.decision == "must_link" and (d.record_id_l, d.record_id_r) in parted
    ]
    told += (
        [
            f"the must_link of line(s) {', '.join(kept_apart)} is not kept: a cannot_link, an identifier that a person "
            "has once, or the limit of records stands against it"
        ]
        if kept_apart
        else []
    )
    run.judge(DECISIONS, not told, f"seeds/steward/decisions.csv: {'; '.join(told)}" if told else "all kept")


def _stage_touched(run: TableRun) -> bool:
    """`touched` components and `link_changes`; False where the whole map is to be made."""
    session = run.session
    standing = list(session.columns(run.table.full_name)) == list(run.table.sidecar.columns)
    if not standing or not session.columns(LINKS) or not session.columns(EVENTS):
        return False
    if session.rows(QUERIES["clustered_with_another"])[0][0]:
        return False
    session.stage("link_changes", QUERIES["link_changes"])
    session.stage("touched", QUERIES["touched"])
    return True


def _before(run: TableRun, is_whole: bool) -> exp.Expr:
    """Standing rows of the components that are worked on (record_no, record_id, profile_id)."""
    if not is_whole:
        return QUERIES["before"]
    known = run.session.columns(run.table.full_name)
    if not known:
        return no_rows({"record_no": "bigint", "record_id": "varchar", "profile_id": "varchar"})
    return QUERIES["all_before"]


def _write_all_else(run: TableRun, is_logged: bool) -> None:
    run.session.replace_table(LINKS, exp.select("*").from_("links_now"), unaudited)
    log_events(run, is_logged)


def _write_changes_else(run: TableRun) -> None:
    changed = exp.In(
        this=exp.Tuple(expressions=[column("record_no_l"), column("record_no_r")]),
        query=exp.select("record_no_l", "record_no_r").from_("link_changes").subquery(),
    )
    run.session.replace_slice(LINKS, QUERIES["changed_links"], changed, unaudited)
    log_events(run, is_logged=True)


def _in_before() -> exp.Expr:
    return exp.In(this=column("record_no"), query=exp.select("record_no").from_("before").subquery())
