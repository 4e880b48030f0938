"""`identity.profile_confidence`: how sure it is that each profile is one person.

A profile is as sure as the strongest links that hold all its records together (a maximum spanning tree):
further links confirm it, and are counted, but the records stay one person without them.
"""

import numpy as np
from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.clustering import strongest_tree
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """From the links within each profile, and those that were cut."""
    session = run.session
    numbers = session.arrays(QUERIES["numbers"])["record_no"]
    session.stage("links_within", QUERIES["links_within"])
    links = session.arrays(exp.select("*").from_("links_within").order_by("record_no_l", "record_no_r"))
    ends = [np.searchsorted(numbers, links[name]) for name in ("record_no_l", "record_no_r")]
    tree = strongest_tree(len(numbers), ends[0], ends[1], links["strength"])
    session.stage_arrays("tree", {"record_no": links["record_no_l"][tree], "strength": links["strength"][tree]})
    run.write(QUERIES["confidence"])
