import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipeline.domain.clustering import components, cut

RECORDS = st.integers(0, 7)
LINKS = st.lists(st.tuples(st.floats(0, 10), RECORDS, RECORDS).filter(lambda link: link[1] != link[2]), max_size=15)
PAIRS = st.lists(st.tuples(RECORDS, RECORDS).filter(lambda pair: pair[0] != pair[1]), max_size=5)


def test_components_are_named_by_their_smallest_record() -> None:
    labels = components(5, np.array([1, 3]), np.array([2, 4]))
    assert labels.tolist() == [0, 1, 1, 3, 3]


def test_no_records_no_components() -> None:
    assert components(0, np.array([], dtype=int), np.array([], dtype=int)).tolist() == []


def test_a_conflict_is_cut_at_the_weakest_link() -> None:
    links = [(9.0, 0, 1), (2.0, 1, 2), (8.0, 2, 3)]
    assert cut(range(4), links, [(0, 3)], 10) == {0: 0, 1: 0, 2: 2, 3: 2}


def test_a_group_does_not_outgrow_the_limit() -> None:
    assert cut(range(3), [(9.0, 0, 1), (8.0, 1, 2)], [], 2) == {0: 0, 1: 0, 2: 2}


@given(LINKS, PAIRS, st.integers(1, 8))
def test_no_group_breaks_a_guard(
    links: list[tuple[float, int, int]], conflicts: list[tuple[int, int]], largest: int
) -> None:
    group = cut(range(8), links, conflicts, largest)
    assert all(group[a] != group[b] for a, b in conflicts)
    assert max(list(group.values()).count(name) for name in group.values()) <= largest


@given(LINKS, PAIRS, st.randoms())
def test_the_order_of_links_does_not_matter(
    links: list[tuple[float, int, int]], conflicts: list[tuple[int, int]], random: object
) -> None:
    shuffled = list(links)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    turned = [(strength, b, a) for strength, a, b in shuffled]
    assert cut(range(8), links, conflicts, 8) == cut(range(8), turned, conflicts[::-1], 8)


@given(LINKS)
def test_without_guards_groups_are_the_components(links: list[tuple[float, int, int]]) -> None:
    left, right = np.array([a for _, a, _ in links], dtype=int), np.array([b for _, _, b in links], dtype=int)
    assert list(cut(range(8), links, [], 8).values()) == components(8, left, right).tolist()
