"""Ids for the clusters of a run, in a warehouse session.

What belongs here: overlaps of clusters with standing profiles, and the many that nobody contests. What
does not: who wins a contest, and how an id is minted (`domain.profile_ids`).
"""

from cdp_pipeline.domain.expressions import no_rows
from cdp_pipeline.domain.profile_ids import assign, mint
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def stage_ids(session: Session, is_logged: bool) -> None:
    """`ids` (cluster, profile_id): kept where uncontested, assigned where contested, minted for the rest.

    Reads the temporary tables `clusters` and `before`; `minted` and `reminted` (cluster, profile_id) are
    the fresh ones. `is_logged` tells whether `identity.identity_events` is there.
    """
    types = {"cluster": "bigint", "profile_id": "varchar"}
    for name in ("overlaps", "kept", "contested"):
        session.stage(name, QUERIES[name])
    issued = QUERIES["issued"] if is_logged else no_rows({"profile_id": "varchar", "happened_on": "date"})
    session.stage("issued", issued)
    contest = session.rows(QUERIES["contest"])
    assigned = assign((int(cluster), str(profile), int(shared), str(day)) for cluster, profile, shared, day in contest)
    session.stage_rows("assigned", types, list(assigned.items()))
    session.stage("minted", QUERIES["minted"])
    asked = ("minted_twice", "minted_again") if is_logged else ("minted_twice",)
    again = {int(row[0]) for name in asked for row in session.rows(QUERIES[name])}
    session.stage_rows("reminted", types, _reminted(session, sorted(again), is_logged))
    session.stage("ids", QUERIES["ids"])


def _reminted(session: Session, clusters: list[int], is_logged: bool) -> list[tuple[int, str]]:
    """An id that nobody else has, of each cluster whose first choice is another's; the log is asked until it knows none of them."""
    if not clusters:
        return []
    issued = {mint(str(cluster), set()) for cluster in clusters}
    while True:
        taken, ids = set(issued), []
        for cluster in clusters:
            ids.append((cluster, mint(str(cluster), taken)))
            taken.add(ids[-1][1])
        session.stage_rows("asked", {"profile_id": "varchar"}, [(profile,) for _, profile in ids])
        found = {str(row[0]) for row in session.rows(QUERIES["issued_of_asked"])} if is_logged else set()
        if not found:
            return ids
        issued |= found
