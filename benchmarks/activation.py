"""Delivering a large audience to five partners, from tables made for it.

`python -m benchmarks.activation --profiles 1000000` writes a warehouse of so many profiles who all may be delivered,
delivers them all to five destinations, then a day on which one in a hundred changes, each in a process of its own,
and prints seconds and peak memory.
"""

import argparse
import json
import resource
import shutil
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.scale import in_process
from benchmarks.tables import Tables
from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.settings import REPOSITORY, load_settings

FIRST = date(2026, 11, 14)
PLAIN = {
    "description": "b",
    "segments": ["everybody"],
    "channel": "email",
    "purposes": ["newsletter"],
    "contact_cap": False,
}
FORMATS = (
    "google_customer_match",
    "meta_custom_audience",
    "tiktok_customer_file",
    "trade_desk_euid",
    "salesforce_marketing_cloud",
)
TABLES = ("audiences", "deliveries", "delivery_members", "outbox", "removals")


def make_warehouse(path: Path, profiles: int) -> None:
    """The tables that deliveries read, as the pipeline leaves them."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"set variable profiles = {profiles}")
        connection.execute((Path(__file__).parent / "activation.sql").read_text(encoding="utf-8"))


def change(path: Path) -> None:
    """A day later: of a hundred profiles one leaves, one moves to another address, and one withdraws."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("update profile.profiles set email = 'new' || email where hash(profile_id) % 100 = 1")
        connection.execute(
            "update profile.profile_contact_points set value = 'new' || value where kind = 'email' and hash(profile_id) % 100 = 1"
        )
        connection.execute("update profile.consent_state set status = 'denied' where hash(profile_id) % 100 = 2")
        connection.execute(
            "insert into segments.segment_members select as_of_day + 1, segment, profile_id from segments.segment_members "
            "where hash(profile_id) % 100 <> 3"
        )


def measured(days: int) -> dict[str, object]:
    """Seconds of the day's activation tables, and the peak memory of this process in GB."""
    tables = Tables(str(FIRST + timedelta(days=days)))
    given = {
        f"d{n}": Destination.model_validate({"name": f"d{n}", "format": f, **PLAIN}) for n, f in enumerate(FORMATS)
    }
    tables.project = replace(tables.project, segments={}, suites={}, destinations=given)
    tables.catalogue = load_catalogue(tables.project)
    _, seconds = tables.build([f"activation.{name}" for name in TABLES])
    return {"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def main() -> None:
    """Print the table, or one part's figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--memory-limit", default="2GB", help="what DuckDB may use, beside Python")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part is not None:
        print(json.dumps(measured(asked.part)))
        return
    with tempfile.TemporaryDirectory(prefix="cdp_activation_") as folder:
        home = Path(folder) / "home"
        shutil.copytree(REPOSITORY / "seeds", home / "seeds")
        warehouse = replace(load_settings(), home=home).warehouse
        warehouse.parent.mkdir(parents=True)
        make_warehouse(warehouse, asked.profiles)
        environment = {"CDP_HOME": str(home), "CDP_MEMORY_LIMIT": asked.memory_limit}
        first = in_process("benchmarks.activation", ["0"], environment)
        change(warehouse)
        second = in_process("benchmarks.activation", ["1"], environment)
        written = sum(path.stat().st_size for path in (home / "data" / "exports").rglob("*") if path.is_file())
    table = Table(
        "table",
        "all of them",
        "three in a hundred",
        title=f"{asked.profiles:,} profiles to {len(FORMATS)} destinations",
    )
    for name, seconds in first["seconds"].items():
        table.add_row(name, f"{seconds:.1f} s", f"{second['seconds'][name]:.1f} s")
    runs = (first, second)
    table.add_row("[bold]together[/bold]", *(f"{sum(run['seconds'].values()):.1f} s" for run in runs))
    table.add_row("peak memory", *(f"{run['memory']:.2f} GB" for run in runs))
    table.add_row("files", f"{written / 1e9:.2f} GB", "")
    Console().print(table)


if __name__ == "__main__":
    main()
