"""`identity.identity_map`: which profile each record belongs to.

Links come from the steward, from exact identifiers and from scores; components of them are people,
unless a guard is broken: then the component is cut at its weakest links (`domain.clustering.cut`).
"""

from collections import defaultdict

import numpy as np
from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.steward import load_decisions
from cdp_pipeline.domain.clustering import Integers, components, cut
from cdp_pipeline.domain.guards import conflicts_select, crowded_select, links_select, touched_select
from cdp_pipeline.domain.profile_ids import assign, mint
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """Cluster, cut, and carry ids over from the standing member."""
    _stage_decisions(run)
    run.session.stage("links", links_select(run.project.identity))
    _stage_clusters(run)
    _stage_ids(run)
    run.write(QUERIES["members"])


def _stage_decisions(run: TableRun) -> None:
    decisions = load_decisions(run.project.seeds)
    types = {"decision": "varchar", "record_id_l": "varchar", "record_id_r": "varchar"}
    run.session.stage_rows("decisions", types, [(d.decision, d.record_id_l, d.record_id_r) for d in decisions])


def _stage_clusters(run: TableRun) -> None:
    """`clusters` (record_no, cluster): components, cut where they break a guard."""
    guards = run.project.identity.guards
    size = int(run.session.rows(exp.select("count(*)").from_("identity.linkage_records"))[0][0])
    links = run.session.arrays(exp.select("record_no_l", "record_no_r").from_("links"))
    labels = components(size, links["record_no_l"] - 1, links["record_no_r"] - 1)
    _stage_labels(run, labels)
    run.session.stage("broken", crowded_select(guards.max_records))
    crowded = _recut(run, labels, set(), guards.max_records)
    run.session.stage("conflicts", conflicts_select(run.project.identity))
    run.session.stage("broken", touched_select())
    conflicts = {
        (int(a) - 1, int(b) - 1)
        for a, b in run.session.rows(exp.select("record_no_l", "record_no_r").from_("conflicts"))
    }
    split = _recut(run, labels, conflicts, guards.max_records)
    run.metadata["components cut"] = crowded + split
    run.metadata["records in conflict with a record of their component"] = len({r for pair in conflicts for r in pair})


def _recut(run: TableRun, labels: Integers, conflicts: set[tuple[int, int]], largest: int) -> int:
    """Cut the components listed in `broken`; returns their number."""
    links: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    query = exp.select("clusters.cluster", "strength", "record_no_l", "record_no_r").from_("links")
    query = query.join("clusters", on="links.record_no_l = clusters.record_no").join("broken", using=["cluster"])
    for cluster, strength, a, b in run.session.rows(query):
        links[int(cluster)].append((float(strength), int(a) - 1, int(b) - 1))
    members: dict[int, list[int]] = defaultdict(list)
    for cluster, record in run.session.rows(
        exp.select("cluster", "record_no").from_("clusters").join("broken", using=["cluster"])
    ):
        members[int(cluster)].append(int(record) - 1)
    opposed: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for a, b in conflicts:
        opposed[int(labels[a])].append((a, b))
    for cluster, records in members.items():
        for record, group in cut(records, links[cluster], opposed[cluster], largest).items():
            labels[record] = group
    if members:
        _stage_labels(run, labels)
    return len(members)


def _stage_labels(run: TableRun, labels: Integers) -> None:
    run.session.stage_arrays("clusters", {"record_no": np.arange(1, len(labels) + 1), "cluster": labels})


def _stage_ids(run: TableRun) -> None:
    """`ids` (cluster, profile_id): kept where uncontested, assigned where contested, minted for the rest."""
    session = run.session
    standing, logged = (bool(session.columns(f"identity.{name}")) for name in ("identity_map", "identity_events"))
    session.stage("overlaps", QUERIES["overlaps" if standing else "no_overlaps"])
    session.stage("issued", QUERIES["issued" if logged else "none_issued"])
    session.stage("kept", QUERIES["kept"])
    assigned = assign((int(c), str(p), int(n), str(day)) for c, p, n, day in session.rows(QUERIES["contested"]))
    session.stage_rows("assigned", {"cluster": "bigint", "profile_id": "varchar"}, list(assigned.items()))
    session.stage("minted", QUERIES["minted"])
    _stage_reminted(run)
    session.stage("ids", QUERIES["ids"])


def _stage_reminted(run: TableRun) -> None:
    """The few minted ids that were issued before are minted anew."""
    again = run.session.rows(QUERIES["minted_again"])
    ever = {str(row[0]) for row in run.session.rows(exp.select("profile_id").from_("issued"))} if again else set()
    fresh = [(int(cluster), mint(str(seed), ever)) for cluster, seed in again]
    run.session.stage_rows("reminted", {"cluster": "bigint", "profile_id": "varchar"}, fresh)
