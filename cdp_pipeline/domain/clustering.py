"""From links to people: connected components, and cuts where a guard is broken.

What belongs here: algorithms on integer record numbers. What does not: where links and conflicts come
from, and ids (`domain.profile_ids`).
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Integers = NDArray[np.int64]


def components(size: int, left: Integers, right: Integers) -> Integers:
    """Component label of each record 0 … size-1; a label is the smallest record number in it."""
    graph = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    smallest = np.full(labels.max(initial=-1) + 1, size, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(size))
    return np.asarray(smallest[labels], dtype=np.int64)


def cut(
    records: Iterable[int],
    links: Iterable[tuple[float, int, int]],
    conflicts: Iterable[tuple[int, int]],
    largest: int,
) -> dict[int, int]:
    """Group records by their strongest links first; a link that would break a guard is left out.

    `links` are (strength, record, record), `conflicts` pairs that must not share a group, `largest`
    the most records a group may hold. Returns record → group, named by its smallest record. The
    result does not depend on the order of the input (Kruskal's algorithm over a total order).
    """
    group = {record: record for record in records}
    members: dict[int, set[int]] = {record: {record} for record in group}
    foes: dict[int, set[int]] = defaultdict(set)
    for a, b in conflicts:
        foes[a].add(b)
        foes[b].add(a)
    for _, a, b in sorted(links, key=lambda link: (-link[0], min(link[1:]), max(link[1:]))):
        keep, give = sorted((group[a], group[b]))
        joined = members[keep] | members[give]
        if keep == give or len(joined) > largest or any(foes[record] & members[keep] for record in members[give]):
            continue
        members[keep] = joined
        for record in members.pop(give):
            group[record] = keep
    return group
