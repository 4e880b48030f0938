"""From links to people: connected components, and cuts where a guard is broken.

What belongs here: algorithms on record numbers, over arrays. What does not: where links and conflicts
come from, and ids (`domain.profile_ids`). Nothing here depends on the order of its input.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
EXACT = 7
"""Most records of a cluster whose best cut is found by trying all (877 partitions)."""
DIGITS = 6


def bits(probability: float) -> float:
    """The match weight of a probability: its log2 odds."""
    return math.log2(probability / (1 - probability))


def components(size: int, left: Integers, right: Integers) -> Integers:
    """Component label of each record 0 … size-1; a label is the smallest record in it."""
    graph = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    smallest = np.full(labels.max(initial=-1) + 1, size, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(size))
    return np.asarray(smallest[labels], dtype=np.int64)


def numbered(left: Integers, right: Integers) -> tuple[Integers, Integers, Integers]:
    """The records that the links have, in order, and the links' ends by the place of each among these."""
    records, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    return records, places[: len(left)], places[len(left) :]


def strongest_tree(size: int, left: Integers, right: Integers, strength: Floats) -> Integers:
    """Places of the links of a maximum spanning forest; each pair of records has one link at most."""
    ranks = np.argsort(np.lexsort((right, left, -strength))) + 1.0
    forest = minimum_spanning_tree(coo_array((ranks, (left, right)), shape=(size, size)).tocsr())
    return np.sort(np.argsort(ranks)[forest.data.astype(np.int64) - 1])


def thin_bridges(
    size: int, left: Integers, right: Integers, strength: Floats, weak_below: float, least: int
) -> Booleans:
    """Weak links that alone join two groups of at least `least` records, each held together by strong links.

    A smaller group that has weak links to several such groups keeps those to the one that it is tied
    to most. Returns a mask over the links.
    """
    is_strong = strength >= weak_below
    group = components(size, left[is_strong], right[is_strong])
    records = np.bincount(group, minlength=size)
    is_big = records >= least
    a, b = np.minimum(group[left], group[right]), np.maximum(group[left], group[right])
    is_between = ~is_strong & (a != b)
    bundles, bundle, links = np.unique(
        np.stack([a[is_between], b[is_between]]), axis=1, return_inverse=True, return_counts=True
    )
    tied = np.round(np.bincount(bundle.ravel(), strength[is_between], minlength=bundles.shape[1]), DIGITS)
    both = is_big[bundles[0]] & is_big[bundles[1]]
    is_thin = both & (links == 1)
    one = is_big[bundles[0]] ^ is_big[bundles[1]]
    small = np.where(is_big[bundles[0]], bundles[1], bundles[0])
    big = np.where(is_big[bundles[0]], bundles[0], bundles[1])
    order = np.lexsort((big, -tied, small))
    ranked = order[one[order]]
    is_first = np.ones(len(ranked), dtype=bool)
    is_first[1:] = small[ranked][1:] != small[ranked][:-1]
    is_thin[ranked[~is_first]] = True
    mask = np.zeros(len(left), dtype=bool)
    mask[is_between] = is_thin[bundle.ravel()]
    return mask


def cut(
    records: Integers,
    clusters: Integers,
    links: tuple[Integers, Integers, Floats],
    conflicts: tuple[Integers, Integers],
    largest: int,
    surer: float = -math.inf,
) -> Integers:
    """Split clusters so that no group holds a conflict or more than `largest` records, at the least cost.

    `records` come sorted by cluster, then record; `links` are (record, record, strength > 0) within
    clusters, `conflicts` pairs that must not share a group. Returns the group of each record, named by
    its smallest one. Up to `EXACT` records the strength of the links cut is the least possible; beyond,
    the strongest links join first, as long as they break no guard (Kruskal's algorithm). A record that
    fits two groups of people kept apart, its links to the one less than `surer` bits above those to the other,
    joins neither.
    """
    starts = np.flatnonzero(np.r_[True, clusters[1:] != clusters[:-1]])
    sizes = np.diff(np.r_[starts, len(records)])
    owner = np.repeat(np.arange(len(starts)), sizes)
    order = np.argsort(records, kind="stable")

    def place(numbers: Integers) -> Integers:
        """Where records stand."""
        return np.asarray(order[np.searchsorted(records, numbers, sorter=order)], dtype=np.int64)

    ends = place(links[0]), place(links[1])
    apart = place(conflicts[0]), place(conflicts[1])
    group = np.arange(len(records))
    for size in np.unique(sizes[sizes <= EXACT]):
        mine = np.flatnonzero(sizes == size)
        row = np.full(len(starts), -1)
        row[mine] = np.arange(len(mine))
        weights, forbidden = np.zeros((2, len(mine), size * (size - 1) // 2))
        pair = _pair_numbers(int(size))
        for (a, b), values, target in ((ends, links[2], weights), (apart, np.ones(len(apart[0])), forbidden)):
            of_mine = row[owner[a]] >= 0
            one, other = a[of_mine], b[of_mine]
            first = starts[owner[one]]
            target[row[owner[one]], pair[one - first, other - first]] = values[of_mine]
        inside = starts[mine][:, None] + np.arange(size)
        group[inside] = starts[mine][:, None] + _best_partitions(weights, forbidden > 0, int(size), largest)
    links_by_owner, apart_by_owner = _grouped(owner[ends[0]], len(starts)), _grouped(owner[apart[0]], len(starts))
    for cluster in np.flatnonzero(sizes > EXACT):
        start, end = starts[cluster], starts[cluster] + sizes[cluster]
        of_links, of_apart = links_by_owner[cluster], apart_by_owner[cluster]
        group[start:end] = start + _grown(
            int(sizes[cluster]),
            zip(links[2][of_links], ends[0][of_links] - start, ends[1][of_links] - start, strict=True),
            zip(apart[0][of_apart] - start, apart[1][of_apart] - start, strict=True),
            largest,
        )
    is_torn = _torn(group, (*ends, links[2]), apart, surer)
    keeps = (group[ends[0]] == group[ends[1]]) & ~is_torn[ends[0]] & ~is_torn[ends[1]]
    return np.asarray(records[components(len(records), ends[0][keeps], ends[1][keeps])], dtype=np.int64)


def _torn(
    group: Integers, links: tuple[Integers, Integers, Floats], conflicts: tuple[Integers, Integers], surer: float
) -> Booleans:
    """Records tied about as strongly to another group as to their own, where only the two groups conflict.

    The strongest tie to the one is less than `surer` bits above that to the other, and so are the odds of all ties.
    """
    size = len(group)
    a, b = np.concatenate(links[:2]), np.concatenate(links[1::-1])
    one, other = np.concatenate(conflicts), np.concatenate(conflicts[::-1])
    strength = np.tile(links[2], 2)
    is_own = group[a] == group[b]
    is_rival = np.isin(group[a] * size + group[b], group[one] * size + group[other])
    is_foe = np.isin(a * size + group[b], one * size + group[other])
    fits = ~is_own & is_rival & ~is_foe
    best_own, all_own = np.zeros(size), np.zeros(size)
    best_rival, all_rival = np.full(size, -np.inf), np.zeros(size)
    np.maximum.at(best_own, a[is_own], strength[is_own])
    np.maximum.at(best_rival, a[fits], strength[fits])
    np.add.at(all_own, a[is_own], strength[is_own])
    rivals, rival = np.unique(a[fits] * size + group[b[fits]], return_inverse=True)
    np.maximum.at(all_rival, rivals // size, np.bincount(rival, strength[fits], minlength=len(rivals)))
    is_close = np.round(best_own - best_rival, DIGITS) < surer
    return np.asarray(is_close & (np.round(all_own - 2**surer * all_rival, DIGITS) < 0))


def _grouped(owner: Integers, owners: int) -> list[Integers]:
    """Places of the rows of each owner 0 … owners-1."""
    order = np.argsort(owner, kind="stable")
    return np.split(order, np.searchsorted(owner[order], np.arange(1, owners)))


@cache
def _pair_numbers(size: int) -> Integers:
    numbers = np.zeros((size, size), dtype=np.int64)
    for number, (a, b) in enumerate(combinations(range(size), 2)):
        numbers[a, b] = numbers[b, a] = number
    return numbers


@cache
def _partitions(size: int) -> tuple[Integers, Floats]:
    """All partitions of `size` records, the finest first: labels (the smallest member), pairs kept together."""
    found = [labels for labels in product(*(range(place + 1) for place in range(size))) if _is_named(labels)]
    labels = np.array(sorted(found, key=lambda labels: (-len(set(labels)), labels)), dtype=np.int64)
    pairs = list(combinations(range(size), 2))
    together = np.array([[row[a] == row[b] for a, b in pairs] for row in labels], dtype=np.float64)
    return labels, together.reshape(len(labels), len(pairs))


def _is_named(labels: tuple[int, ...]) -> bool:
    """Whether each label is the smallest place that carries it."""
    return all(labels[label] == label for label in labels)


def _best_partitions(weights: Floats, forbidden: Booleans, size: int, largest: int) -> Integers:
    """Of each cluster (a row) the allowed partition that keeps most strength; of equals the finest."""
    labels, together = _partitions(size)
    fits = np.array([np.bincount(row).max() <= largest for row in labels])
    best = np.empty((len(weights), size), dtype=np.int64)
    for start in range(0, len(weights), 4096):
        rows = slice(start, start + 4096)
        kept = np.round(weights[rows] @ together.T, DIGITS)
        kept[(forbidden[rows].astype(np.float64) @ together.T > 0) | ~fits] = -1
        best[rows] = labels[kept.argmax(axis=1)]
    return best


def _grown(
    size: int, links: Iterable[tuple[float, int, int]], conflicts: Iterable[tuple[int, int]], largest: int
) -> Integers:
    """Group of each record 0 … size-1: the strongest links first; one that would break a guard is left out."""
    group = list(range(size))
    members = {record: {record} for record in group}
    foes: dict[int, set[int]] = defaultdict(set)
    for a, b in conflicts:
        foes[int(a)].add(int(b))
        foes[int(b)].add(int(a))
    for _, left, right in sorted((-float(strength), *sorted((int(a), int(b)))) for strength, a, b in links):
        keep, give = sorted((group[int(left)], group[int(right)]))
        joined = members[keep] | members[give]
        if keep == give or len(joined) > largest or any(foes[record] & members[keep] for record in members[give]):
            continue
        members[keep] = joined
        for record in members.pop(give):
            group[record] = keep
    return np.array(group, dtype=np.int64)
