from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipeline.domain.attribution import CONVERSION, NULL, START, removal_effects

STATES = ("a", "b", "c")


def _removed(transitions: dict[tuple[str, str], int], gone: str | None) -> float:
    """Chance of a conversion, found by following the chain for long, with a state leading nowhere."""
    outgoing = {state: sum(n for (a, _), n in transitions.items() if a == state) for state in (START, *STATES)}
    chances = dict.fromkeys((*STATES, CONVERSION, NULL), 0.0) | {START: 1.0}
    for _ in range(2000):
        moved = dict.fromkeys(chances, 0.0) | {CONVERSION: chances[CONVERSION], NULL: chances[NULL]}
        for (a, b), n in transitions.items():
            moved[b if a != gone else NULL] += chances[a] * n / outgoing[a]
        chances = moved
    return chances[CONVERSION]


def test_the_example_of_a_lone_channel_loses_everything() -> None:
    assert removal_effects({(START, "a"): 10, ("a", CONVERSION): 4, ("a", NULL): 6}) == {"a": 1.0}


def test_two_ways_share_by_what_goes_through_them() -> None:
    counts = {
        (START, "a"): 5,
        (START, "b"): 5,
        ("a", CONVERSION): 4,
        ("a", NULL): 1,
        ("b", CONVERSION): 1,
        ("b", NULL): 4,
    }
    assert removal_effects(counts) == {"a": pytest.approx(0.8), "b": pytest.approx(0.2)}


def test_no_conversion_has_no_effect() -> None:
    assert removal_effects({(START, "a"): 3, ("a", NULL): 3}) == {"a": 0.0}


journeys = st.lists(
    st.tuples(st.lists(st.sampled_from(STATES), min_size=1, max_size=4), st.booleans()), min_size=1, max_size=12
)


@given(journeys)
def test_effects_are_those_of_taking_a_state_out(journeys: list[tuple[list[str], bool]]) -> None:
    transitions: dict[tuple[str, str], int] = {}
    for steps, is_converted in journeys:
        path = [START, *steps, CONVERSION if is_converted else NULL]
        for pair in pairwise(path):
            transitions[pair] = transitions.get(pair, 0) + 1
    everything = _removed(transitions, None)
    for state, effect in removal_effects(transitions).items():
        expected = 1 - _removed(transitions, state) / everything if everything else 0.0
        assert np.isclose(effect, expected, atol=1e-6)
