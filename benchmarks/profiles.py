"""Seconds of golden profiles, attributes, contact points and consent, whole and after 1 % of the records changed.

`python -m benchmarks.profiles --records 1000000` makes a deployment of about so many person records, runs its
day, then in one process: the tables of profiles from nothing; and again after of 1 % of the records the
family name, the consents and the status of contact points have changed. Ratios are of one run.
"""

from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scale import MemoryByLayer, measured
from benchmarks.tables import Tables

NAMES = (
    "profile.profile_changes",
    "profile.profile_contact_points",
    "profile.profile_attributes",
    "profile.consent_decisions",
    "profile.consent_state",
    "profile.contact_preferences",
    "profile.profiles",
)
BUILDS = "profile.profile_builds"
CHANGES = (
    "update unified.person_records set family_name = family_name || 'x' where hash(record_id) % 100 = 1",
    "update unified.consents set status = 'denied', decided_at = decided_at + interval 1 day where hash(record_id) % 100 = 1",
    "update unified.contact_points set status = 'verified' where hash(record_id) % 100 = 1",
)


def measure(day: str) -> dict[str, Any]:
    """Seconds by table of both, records, and peak memory (GB)."""
    memory = MemoryByLayer()
    tables = Tables(day)
    with tables.session() as session:
        records = session.own().execute("select count(*) from unified.person_records").fetchall()[0][0]
        for name in (*NAMES, BUILDS):
            session.own().execute(f"drop table if exists {name}")
    _, whole = tables.build(NAMES)
    with tables.session() as session:
        for change in CHANGES:
            session.own().execute(change)
    _, changed = tables.build(NAMES)
    return {"records": records, "whole": whole, "changed": changed, "memory": max(memory.peaks.values())}


def main() -> None:
    """Print the table, or one part's figures as JSON."""
    found = measured("benchmarks.profiles", __doc__, measure)
    if found is None:
        return
    table = Table(
        "table", "whole (s)", "1 % changed (s)", title=f"{found['records']:,} records, {found['memory']:.1f} GB"
    )
    for name in NAMES:
        table.add_row(name, f"{found['whole'][name]:.1f}", f"{found['changed'][name]:.1f}")
    whole, changed = sum(found["whole"].values()), sum(found["changed"].values())
    table.add_row("together", f"{whole:.1f}", f"{changed:.1f} ({changed / whole:.0%})")
    Console().print(table)


if __name__ == "__main__":
    main()
