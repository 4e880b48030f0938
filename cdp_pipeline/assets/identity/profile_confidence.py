"""`identity.profile_confidence`: how sure it is that each profile is one person.

A profile is as sure as the strongest links that hold all its records together (a maximum spanning tree):
further links confirm it, and are counted, but the records stay one person without them.
"""

import pyarrow as pa
from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.clustering import numbered, strongest_tree
from cdp_pipeline.domain.guards import PAIR
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """From the links within each profile, and those that were cut."""
    session = run.session
    session.stage("links_within", QUERIES["links_within"])
    links = exp.select("component", "record_no_l", "record_no_r", "strength").from_("links_within")
    session.stage_grouped("tree", links, "component", _tree, {"record_no": "bigint", "strength": "double"})
    run.write(QUERIES["confidence"])


def _tree(links: pa.Table) -> pa.Table:
    """The links (component, record_no_l, record_no_r, strength) of the trees, by one of their ends."""
    ends = [links.column(name).to_numpy() for name in PAIR]
    strength = links.column("strength").to_numpy()
    records, left, right = numbered(*ends)
    tree = strongest_tree(len(records), left, right, strength)
    return pa.table({"record_no": ends[0][tree], "strength": strength[tree]})
