"""Which cluster keeps which profile id (law 4): the one that shares most records with the profile.

What belongs here: the assignment where clusters and profiles contest each other. What does not: the
uncontested rest, which SQL does.
"""

import hashlib
from collections.abc import Iterable

import numpy as np

LETTERS = 11
"""Of an id after its kind, as the macro `id_of` writes it."""


def assign(overlaps: Iterable[tuple[int, str, int, str]]) -> dict[int, str]:
    """Cluster → profile id, from (cluster, profile id, shared records, day of minting).

    The largest overlap goes first; ties go to the older id, then to the smaller id and cluster. Each
    id goes to one cluster at most, and each cluster takes one at most.
    """
    taken: set[str] = set()
    assigned: dict[int, str] = {}
    for cluster, profile, _, _ in sorted(overlaps, key=lambda o: (-o[2], o[3], o[1], o[0])):
        if cluster not in assigned and profile not in taken:
            assigned[cluster] = profile
            taken.add(profile)
    return assigned


def mint(seed: str, issued: set[str]) -> str:
    """A new id from the cluster's first record id: the same for the same history, and never issued before."""
    attempt = 0
    while True:
        digest = hashlib.md5(f"{seed}#{attempt}".encode(), usedforsecurity=False).digest()
        number = (int.from_bytes(digest, "little") >> 65) % 36**LETTERS
        profile = "P" + np.base_repr(number, 36).lower().rjust(LETTERS, "0")
        if profile not in issued:
            return profile
        attempt += 1
