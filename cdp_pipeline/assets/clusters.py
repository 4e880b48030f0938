"""Clusters of the records of a run, in a warehouse session: components of links, cut where a guard is broken.

What belongs here: bridges, cuts and the order in which they come. What does not: which records and links a
run works on (`assets.identity.identity_map`), what a guard is (`domain.guards`) and how a cut is found
(`domain.clustering`).
"""

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.identity import Bridge, Identity
from cdp_pipeline.domain.clustering import bits, cut, numbered, thin_bridges
from cdp_pipeline.domain.expressions import column, literal, named, no_rows
from cdp_pipeline.domain.guards import PAIR, conflict_steps, crowded_select, touched_select
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
LINK = dict.fromkeys(PAIR, "bigint")
CONFLICT = {"cluster": "bigint", **LINK}
CLUSTERED = {"record_no": "bigint", "cluster": "bigint"}


def stage_clusters(run: TableRun, identity: Identity, guards: list[str]) -> None:
    """`clusters` (record_no, cluster, component): components, cut where they break a guard.

    Reads the temporary tables `working` (record_no), `links` (record_no_l, record_no_r, strength) and those of guards.
    """
    session = run.session
    nodes = exp.select(named(column("record_no"), "node")).from_("working")
    ends = exp.select(named(column("record_no_l"), "node_l"), named(column("record_no_r"), "node_r")).from_("links")
    session.components("connected", nodes, ends)
    bridge = identity.guards.bridge
    session.stage("bridge", exp.select(named(literal(bridge.weak_below), "weak_below")))
    session.stage_grouped("bridges", QUERIES["links_with_weak"], "component", partial(_bridges, bridge), LINK)
    run.metadata["bridges cut"] = session.rows(exp.select("count(*)").from_("bridges"))[0][0]
    if run.metadata["bridges cut"]:
        session.stage("links", QUERIES["links_without_bridges"])
        session.stage("bridged", QUERIES["bridged"])
        session.components("reconnected", exp.select("node").from_("bridged"), QUERIES["links_of_bridged"])
        session.stage("parted", QUERIES["parted"])
    else:
        session.stage("parted", exp.select("*").from_("connected"))
    session.stage(
        "clusters",
        exp.select(named(column("node"), "record_no"), named(column("component"), "cluster")).from_("parted"),
    )
    session.stage("settled", no_rows(CLUSTERED))
    session.stage("conflicts", no_rows(CONFLICT))
    session.stage("broken", crowded_select(identity.guards.max_records))
    crowded = _recut(run, identity)
    if crowded:
        session.stage("clusters", QUERIES["clusters"])
    split = _split(run, identity, guards)
    session.stage("clusters", QUERIES["clusters"])
    run.metadata["components cut"] = crowded + split


def _split(run: TableRun, identity: Identity, guards: list[str]) -> int:
    """Cut clusters until none holds a conflict; returns how many held one at first.

    What is cut is looked at again: a record that excused a conflict of others may have been cut away from them.
    """
    session, cut_at_first = run.session, 0
    while True:
        for name, step in conflict_steps(identity, guards, is_again=cut_at_first > 0):
            session.stage(name, step)
        session.stage("broken", touched_select())
        found = _recut(run, identity)
        if not found:
            return cut_at_first
        cut_at_first = cut_at_first or found
        session.stage("clusters", exp.select("*").from_("cut_anew"))


def _recut(run: TableRun, identity: Identity) -> int:
    """Cut the clusters listed in `broken` (`cut_anew`: their records), and note it in `settled`; returns their number."""
    session = run.session
    broken = int(session.rows(exp.select("count(*)").from_("broken"))[0][0])
    if broken:
        made = partial(_cut, identity.guards.max_records, bits(identity.thresholds.merge))
        session.stage_grouped("cut_anew", QUERIES["broken_clusters"], "cluster", made, CLUSTERED)
        session.stage("settled", QUERIES["settled"])
    return broken


def _bridges(bridge: Bridge, links: pa.Table) -> pa.Table:
    """The links (component, record_no_l, record_no_r, strength) of whole components that are thin bridges."""
    records, left, right = numbered(*(links.column(name).to_numpy() for name in PAIR))
    strength = links.column("strength").to_numpy()
    thin = thin_bridges(len(records), left, right, strength, bridge.weak_below, bridge.least_records)
    return links.select(PAIR).filter(pa.array(thin))


def _cut(largest: int, surer: float, rows: pa.Table) -> pa.Table:
    """Records of whole clusters with the groups that they are cut into, of rows (cluster, one, other, strength).

    A row is a record, where it has no other end; a link, where it has a strength; else a conflict.
    """
    rows = rows.sort_by([("cluster", "ascending"), ("one", "ascending")])
    is_record = pc.is_null(rows.column("other"))
    is_link = pc.is_valid(rows.column("strength"))
    records, links = rows.filter(is_record), rows.filter(is_link)
    conflicts = rows.filter(pc.and_not(pc.invert(is_record), is_link))
    numbers = records.column("one").to_numpy()
    groups = cut(
        numbers,
        records.column("cluster").to_numpy(),
        (links.column("one").to_numpy(), links.column("other").to_numpy(), links.column("strength").to_numpy()),
        (conflicts.column("one").to_numpy(), conflicts.column("other").to_numpy()),
        largest,
        surer,
    )
    return pa.table({"record_no": numbers, "cluster": groups})
