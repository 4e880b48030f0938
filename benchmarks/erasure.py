"""Seconds of erasing one person of a deployment, and of looking up what would go.

`python -m benchmarks.erasure --records 1000000` makes a deployment of about so many person records, runs its
day, then erases the person of the most records, in a process of its own.
"""

import time
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scale import MemoryByLayer, measured
from benchmarks.tables import Tables

MOST_RECORDS = "select profile_id from profile.profiles order by records desc, profile_id limit 1"


def measure(day: str) -> dict[str, Any]:
    """Seconds of the look-up and of the erasure, what went, and peak memory (GB)."""
    from cdp_pipeline.privacy.erasure import Request, erase

    memory = MemoryByLayer()
    tables = Tables(day)
    with tables.session() as session:
        records = session.own().execute("select count(*) from unified.person_records").fetchall()[0][0]
        profile = session.own().execute(MOST_RECORDS).fetchall()[0][0]
    sidecars = {name: table.sidecar for name, table in tables.catalogue.items()}
    seconds = {}
    for name in ("look-up", "erasure"):
        started = time.monotonic()
        request = Request("profile", profile, "benchmark")
        found = erase(tables.settings, tables.project, sidecars, [request], dry_run=name == "look-up")
        seconds[name] = time.monotonic() - started
    size = sum(path.stat().st_size for path in tables.settings.data.rglob("*") if path.is_file())
    return {
        "records": records,
        "gigabytes": size / 1e9,
        "erased": found.records,
        "left": len(found.left),
        "memory": max(memory.peaks.values()),
        **seconds,
    }


def main() -> None:
    """Print the table, or one part's figures as JSON."""
    found = measured("benchmarks.erasure", __doc__, measure)
    if found is None:
        return
    table = Table("records", "files (GB)", "records erased", "left", "look-up (s)", "erasure (s)", "memory (GB)")
    table.add_row(
        f"{found['records']:,}",
        f"{found['gigabytes']:.1f}",
        str(found["erased"]),
        str(found["left"]),
        *(f"{found[name]:.1f}" for name in ("look-up", "erasure", "memory")),
    )
    Console().print(table)


if __name__ == "__main__":
    main()
