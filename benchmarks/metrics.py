"""Metrics, predictions and segments of a day at scale, from tables made for it.

`python -m benchmarks.metrics --profiles 1000000 --touches 10` writes a warehouse of so many profiles with so many
touches each (an order among ten), then makes each table of a day, 50 segments, and `--days 30` of a backfill, in a
process of its own, and prints seconds and peak memory.
"""

import argparse
import json
import resource
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from graphlib import TopologicalSorter
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlglot import exp

from benchmarks.scale import in_process
from benchmarks.tables import Tables
from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.table import TableAsset
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.domain.expressions import table as table_ref
from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
from cdp_pipeline.settings import REPOSITORY

DAY = date(2026, 11, 15)
SEGMENTS = 50
LAYERS = ("metrics", "segments")
CATEGORIES = ("boots", "jackets", "jumpers", "sandals", "shirts", "tents", "travel", "trousers")


def make_warehouse(path: Path, profiles: int, touches: int) -> None:
    """The tables that metrics read, of made-up profiles; stored as the pipeline stores them."""
    with DuckDBWarehouse(database=str(path), seeds=str(REPOSITORY / "seeds")).session() as session:
        connection = session.own()
        connection.execute(f"set variable profiles = {profiles}")
        connection.execute(f"set variable touches = {touches}")
        connection.execute((Path(__file__).parent / "metrics.sql").read_text(encoding="utf-8"))
        for name in session.tables():
            session.replace_table(name, exp.select("*").from_(table_ref(name)), lambda building: None)


def asked_segments() -> Iterator[Segment]:
    """Fifty segments of all kinds of rules."""
    for number in range(SEGMENTS):
        category = CATEGORIES[number % len(CATEGORIES)]
        of_category = {"rules": [{"field": "category", "operator": "=", "value": category}]}
        rules = [
            {"field": "monetary_value", "operator": ">=", "value": 50 * number},
            {"event": "viewed", "count": {"op": ">=", "value": 1 + number % 3}, "within_days": 30 + number, "where": of_category},
            {"event": "order", "count": {"op": "=", "value": 0}, "within_days": 10 + number},
            {"event": "bought", "sum": {"op": ">=", "value": 20 * number}, "where": of_category},
            {"event": "clicked", "within_days": 90, "then": [{"event": "order", "within_days": 5 + number % 7, "not": True}]},
            {"sample": 0.5, "salt": f"s{number}"},
        ]  # fmt: skip
        chosen = [rules[number % 6], rules[(number + 1 + number // 6) % 6]]
        yield Segment.model_validate(
            {"id": f"bench_{number}", "description": "b", "owner": "b", "include": {"combinator": "and" if number % 2 else "or", "rules": chosen}}
        )  # fmt: skip


def in_order(catalogue: Mapping[str, TableAsset]) -> list[str]:
    """The tables of the two layers, each after those that it reads."""
    reads = {name: table.reads for name, table in catalogue.items()}
    return [name for name in TopologicalSorter(reads).static_order() if name.split(".")[0] in LAYERS]


def measured(days: int) -> dict[str, object]:
    """Seconds by table of a day or a backfill, and the peak memory of this process in GB."""
    tables = Tables(*(str(DAY - timedelta(days=back)) for back in range(days - 1, -1, -1)))
    segments = {segment.id: segment for segment in asked_segments()}
    tables.project = replace(tables.project, segments=segments, suites={}, destinations={})
    tables.catalogue = load_catalogue(tables.project)
    _, seconds = tables.build(in_order(tables.catalogue))
    return {"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def main() -> None:
    """Print the table, or one part's figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--touches", type=int, default=10)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        print(json.dumps(measured(asked.part)))
        return
    with tempfile.TemporaryDirectory(prefix="cdp_metrics_") as folder:
        home = Path(folder) / "home"
        shutil.copytree(REPOSITORY / "seeds", home / "seeds")
        (home / "data" / "warehouse").mkdir(parents=True)
        make_warehouse(home / "data" / "warehouse" / "cdp.duckdb", asked.profiles, asked.touches)
        environment = {"CDP_HOME": str(home)}
        day = in_process("benchmarks.metrics", ["1"], environment)
        backfill = in_process("benchmarks.metrics", [str(asked.days)], environment) if asked.days > 1 else None
    table = Table(
        "table", "a day", f"{asked.days} days", title=f"{asked.profiles:,} profiles, {asked.touches} touches each"
    )
    for name, seconds in day["seconds"].items():
        table.add_row(name, f"{seconds:.1f} s", f"{backfill['seconds'][name]:.0f} s" if backfill else "")
    runs = [day, *([backfill] if backfill else [])]
    for layer in LAYERS:
        sums = [sum(s for name, s in run["seconds"].items() if name.startswith(layer)) for run in runs]
        table.add_row(f"[bold]{layer}[/bold]", *(f"{seconds:.1f} s" for seconds in sums))
    table.add_row("peak memory", *(f"{run['memory']:.2f} GB" for run in runs))
    Console().print(table)


if __name__ == "__main__":
    main()
