"""Records 0 … 7 stand for clusters of any size; the laws hold for the exact and for the grown cut."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipeline.domain import clustering
from cdp_pipeline.domain.clustering import components, cut, strongest_tree, thin_bridges

Link = tuple[float, int, int]
RECORDS = st.integers(0, 5)
PAIRS = st.tuples(RECORDS, RECORDS).filter(lambda pair: pair[0] < pair[1])
LINKS = st.dictionaries(PAIRS, st.integers(1, 20), max_size=12).map(
    lambda found: [(float(strength), *pair) for pair, strength in found.items()]
)
CONFLICTS = st.lists(PAIRS, max_size=5, unique=True)


def _cut(
    size: int, links: list[Link], conflicts: list[tuple[int, int]], largest: int, surer: float = -np.inf
) -> list[int]:
    strengths = np.array([link[0] for link in links])
    ends = [np.array([link[side] for link in links], dtype=np.int64) for side in (1, 2)]
    apart = [np.array([pair[side] for pair in conflicts], dtype=np.int64) for side in (0, 1)]
    cluster = np.zeros(size, dtype=np.int64)
    return cut(np.arange(size), cluster, (*ends, strengths), (apart[0], apart[1]), largest, surer).tolist()  # type: ignore[arg-type]


@pytest.fixture(params=["exact", "grown"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "grown":
        monkeypatch.setattr(clustering, "EXACT", 0)
    return str(request.param)


def test_components_are_named_by_their_smallest_record() -> None:
    labels = components(5, np.array([1, 3]), np.array([2, 4]))
    assert labels.tolist() == [0, 1, 1, 3, 3]


def test_no_records_no_components() -> None:
    assert components(0, np.array([], dtype=int), np.array([], dtype=int)).tolist() == []


def test_a_conflict_is_cut_at_the_weakest_link(way: str) -> None:
    assert _cut(4, [(9.0, 0, 1), (2.0, 1, 2), (8.0, 2, 3)], [(0, 3)], 10) == [0, 0, 2, 2]


def test_a_group_does_not_outgrow_the_limit(way: str) -> None:
    assert _cut(3, [(9.0, 0, 1), (8.0, 1, 2)], [], 2) == [0, 0, 2]


def test_two_weaker_links_outweigh_a_stronger_one() -> None:
    assert _cut(4, [(20.0, 0, 1), (10.0, 0, 2), (10.0, 1, 2), (15.0, 2, 3)], [(0, 3)], 10) == [0, 0, 0, 3]


def test_a_record_that_fits_father_and_son_alike_joins_neither(way: str) -> None:
    father_and_son = [(30.0, 0, 1), (12.0, 1, 2), (11.0, 2, 3), (30.0, 3, 4)]
    assert _cut(5, father_and_son, [(0, 3)], 10, 3.0) == [0, 0, 2, 3, 3]
    assert _cut(5, father_and_son, [(0, 3)], 10, 0.5) == [0, 0, 0, 3, 3]


@pytest.mark.parametrize(("fathers", "group"), [(3, 4), (4, 0)])
def test_a_record_that_fits_two_joins_the_one_of_whom_most_records_speak(way: str, fathers: int, group: int) -> None:
    """Records up to 3 are the father's, 5 is the son's, and 4 is as near to him as to so many of the father's."""
    of_father = [(20.0, 0, 1), (20.0, 1, 2), (20.0, 2, 3)]
    links = [*of_father, *((12.0, place, 4) for place in range(fathers)), (11.5, 4, 5)]
    assert _cut(6, links, [(0, 5)], 10, 2.0) == [0, 0, 0, 0, group, 5]


def test_a_record_without_a_rival_stays_however_weak_its_link(way: str) -> None:
    one_fits = [(30.0, 0, 1), (4.0, 1, 2), (3.9, 2, 3), (30.0, 3, 4)]
    assert _cut(5, one_fits, [(0, 3), (2, 3)], 10, 3.0) == [0, 0, 0, 3, 3]


def test_a_group_that_hung_together_by_a_torn_record_falls_apart(way: str) -> None:
    assert _cut(4, [(12.0, 0, 1), (12.0, 1, 2), (11.5, 1, 3)], [(0, 3), (2, 3)], 10, 3.0) == [0, 1, 2, 3]


def test_clusters_of_many_sizes_are_cut_at_once() -> None:
    records = np.array([3, 5, 10, 11, 12, 20])
    cluster = np.array([3, 3, 10, 10, 10, 20])
    links = np.array([3, 10, 11]), np.array([5, 11, 12]), np.array([4.0, 1.0, 2.0])
    groups = cut(records, cluster, links, (np.array([3, 10]), np.array([5, 12])), 9)
    assert groups.tolist() == [3, 5, 10, 11, 11, 20]


def _strength_kept(groups: tuple[int, ...] | list[int], links: list[Link]) -> float:
    return sum(strength for strength, a, b in links if groups[a] == groups[b])


@given(LINKS, CONFLICTS, st.integers(1, 6))
def test_the_exact_cut_is_the_best(links: list[Link], conflicts: list[tuple[int, int]], largest: int) -> None:
    allowed = [
        groups
        for groups in product(range(6), repeat=6)
        if all(groups[a] != groups[b] for a, b in conflicts) and max(map(groups.count, groups)) <= largest
    ][::7]
    groups = _cut(6, links, conflicts, largest)
    assert all(_strength_kept(groups, links) >= _strength_kept(other, links) for other in allowed)


@pytest.mark.parametrize("exact", [0, 7])
@given(LINKS, CONFLICTS, st.integers(1, 6), st.sampled_from([-np.inf, 3.0]))
def test_no_group_breaks_a_guard(
    exact: int, links: list[Link], conflicts: list[tuple[int, int]], largest: int, surer: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clustering, "EXACT", exact)
        groups = _cut(6, links, conflicts, largest, surer)
    assert all(groups[a] != groups[b] for a, b in conflicts)
    assert max(groups.count(name) for name in groups) <= largest


@pytest.mark.parametrize("exact", [0, 7])
@given(LINKS, CONFLICTS, st.randoms())
def test_the_order_of_links_does_not_matter(
    exact: int, links: list[Link], conflicts: list[tuple[int, int]], random: object
) -> None:
    shuffled = list(links)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    turned = [(strength, b, a) for strength, a, b in shuffled]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clustering, "EXACT", exact)
        assert _cut(6, links, conflicts, 8, 3.0) == _cut(6, turned, conflicts[::-1], 8, 3.0)


@given(LINKS)
def test_without_guards_groups_are_the_components(links: list[Link]) -> None:
    left, right = np.array([a for _, a, _ in links], dtype=int), np.array([b for _, _, b in links], dtype=int)
    assert _cut(6, links, [], 8) == components(6, left, right).tolist()


def _thin(size: int, links: list[Link]) -> list[tuple[int, int]]:
    left, right = (np.array([link[side] for link in links]) for side in (1, 2))
    mask = thin_bridges(size, left, right, np.array([link[0] for link in links]), 10.0, 3)
    return [(int(a), int(b)) for a, b in zip(left[mask], right[mask], strict=True)]


A = [(20.0, 0, 1), (20.0, 1, 2)]
B = [(20.0, 3, 4), (20.0, 4, 5)]


def test_a_weak_link_alone_between_two_groups_is_thin() -> None:
    assert _thin(6, [*A, *B, (5.0, 2, 3)]) == [(2, 3)]


@pytest.mark.parametrize("between", [[(12.0, 2, 3)], [(5.0, 2, 3), (5.0, 1, 4)]])
def test_a_strong_link_or_two_weak_ones_are_not(between: list[Link]) -> None:
    assert _thin(6, [*A, *B, *between]) == []


def test_a_bridge_record_stays_where_it_is_tied_most() -> None:
    assert _thin(7, [*A, *B, (5.0, 2, 6), (6.0, 3, 6)]) == [(2, 6)]


def test_a_weak_link_to_a_small_group_is_not_thin() -> None:
    assert _thin(5, [*A, (20.0, 3, 4), (5.0, 2, 3)]) == []


def _tree(links: list[Link]) -> list[int]:
    left, right = (np.array([link[side] for link in links], dtype=np.int64) for side in (1, 2))
    return strongest_tree(6, left, right, np.array([link[0] for link in links])).tolist()  # type: ignore[no-any-return]


def test_the_strongest_links_that_hold_all_together() -> None:
    assert _tree([(5.0, 0, 1), (7.0, 1, 2), (6.0, 0, 2), (1.0, 3, 4)]) == [1, 2, 3]


@given(LINKS)
def test_a_tree_holds_together_what_the_links_do(links: list[Link]) -> None:
    kept = [links[place] for place in _tree(links)]
    assert _cut(6, kept, [], 8) == _cut(6, links, [], 8)
    assert len(kept) == 6 - len(set(_cut(6, links, [], 8)))
