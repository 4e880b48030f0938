"""Markov attribution: what would be lost if nobody got past a touchpoint.

Source: Anderl, Becker, von Wangenheim and Schumann 2016, "Mapping the customer journey" (International Journal of
Research in Marketing 33): journeys as a chain from `(start)` to `(conversion)` or `(null)`.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

START, CONVERSION, NULL = "(start)", "(conversion)", "(null)"
DIGITS = 9


def removal_effects(transitions: Mapping[tuple[str, str], int]) -> dict[str, float]:
    """Of each touchpoint the share of conversions that its removal would cost (0 to 1), from counts of (from, to)."""
    states = sorted({state for pair in transitions for state in pair} - {START, CONVERSION, NULL})
    if not states:
        return {}
    chain, converting = _chain(transitions, [START, *states])
    reached = np.linalg.solve(np.eye(len(chain)) - chain, converting)
    everything = reached[0]
    if not everything:
        return dict.fromkeys(states, 0.0)
    # Visits from the start to a state, times the chance to convert from there, is what goes through it
    # (first passages): one solution for all removals in the place of one a state.
    visits = np.linalg.inv(np.eye(len(chain)) - chain)
    passing = visits[0] / np.diag(visits) * reached / everything
    return {state: round(float(share), DIGITS) for state, share in zip(states, passing[1:], strict=True)}


def _chain(
    transitions: Mapping[tuple[str, str], int], states: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities from state to state, and from each to a conversion."""
    place = {state: number for number, state in enumerate(states)}
    chain, converting = np.zeros((len(states), len(states))), np.zeros(len(states))
    for (origin, target), count in sorted(transitions.items()):
        if target in place:
            chain[place[origin], place[target]] += count
        elif target == CONVERSION:
            converting[place[origin]] += count
    leaving = np.zeros(len(states))
    for (origin, _), count in transitions.items():
        leaving[place[origin]] += count
    leaving = np.where(leaving > 0, leaving, 1.0)
    return chain / leaving[:, None], converting / leaving
