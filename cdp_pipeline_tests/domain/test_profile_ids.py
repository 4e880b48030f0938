from hypothesis import given
from hypothesis import strategies as st

from cdp_pipeline.domain.profile_ids import assign, mint


def test_the_cluster_that_shares_most_keeps_the_id() -> None:
    assert assign([(1, "P1", 2, "2026-01-01"), (2, "P1", 3, "2026-01-01")]) == {2: "P1"}


def test_of_two_profiles_the_larger_overlap_names_the_cluster() -> None:
    assert assign([(1, "P1", 1, "2026-01-01"), (1, "P2", 4, "2026-02-01")]) == {1: "P2"}


def test_a_tie_goes_to_the_older_id() -> None:
    assert assign([(1, "P1", 2, "2026-02-01"), (1, "P2", 2, "2026-01-01")]) == {1: "P2"}


def test_minting_is_reproducible_and_avoids_ids_ever_issued() -> None:
    first = mint("crm.contacts:1", set())
    assert mint("crm.contacts:1", set()) == first
    assert mint("crm.contacts:1", {first}) != first


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["P1", "P2", "P3"]), st.integers(1, 5), st.just("d")),
        unique_by=lambda o: o[:2],
    )
)
def test_each_id_goes_to_one_cluster_whatever_the_order(overlaps: list[tuple[int, str, int, str]]) -> None:
    assigned = assign(overlaps)
    assert len(set(assigned.values())) == len(assigned)
    assert assigned == assign(reversed(overlaps))
