"""Seconds of the identity step against Splink's own predict and cluster, and of a day with 1 % changed.

`python -m benchmarks.identity --records 250000 1000000` makes a deployment of about so many person
records, runs its day, then in one process: Splink's predict and cluster on `identity.linkage_records`
with the model in force; the identity step (score, cluster, guards, ids, events) from nothing; the same
step after 1 % of the records have changed. Ratios are of one run.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scale import MemoryByLayer, in_process, make_home, run_day
from benchmarks.tables import Tables

STEP = ("identity.scored_pairs", "identity.identity_map")
STATE = ("scored_pairs", "scored_records", "identity_map", "links", "identity_events")
CHANGED = 100
"""Every hundredth record changes."""


def measure_steps(day: str) -> dict[str, Any]:
    """Seconds of each part, candidate pairs, and peak memory (GB)."""
    memory = MemoryByLayer()
    tables = Tables(day)
    found: dict[str, Any] = {}

    def step() -> dict[str, Any]:
        """The identity step as a day's run makes it."""
        return tables.build(STEP)[0]

    def prepared(change: Callable[[Any], None]) -> None:
        with tables.session() as session:
            change(session)

    def timed(name: str, work: Callable[[], Any]) -> Any:
        started = time.monotonic()
        result = work()
        found[name] = time.monotonic() - started
        return result

    with tables.session() as session:
        found["records"] = session.own().execute("select count(*) from identity.linkage_records").fetchall()[0][0]
        timed("splink", lambda: _splink_alone(session, tables.project.identity.thresholds))
    prepared(_forget)
    found["pairs"] = timed("full", step)["candidate pairs"]
    prepared(_change)
    timed("day", step)
    return {**found, "memory": max(memory.peaks.values())}


def _splink_alone(session: Any, thresholds: Any) -> None:
    """Splink's predict, with its own blocking, and its cluster; the model and its frequencies are given."""
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    from cdp_pipeline.assets.identity.linkage_model import model_in_force
    from cdp_pipeline.resources.linker import frozen_linker

    with frozen_linker(session, model_in_force(session).settings) as (linker, linking):
        pairs = linker.inference.predict(threshold_match_probability=thresholds.review, warning_mode="never")
        cluster_pairwise_predictions_at_threshold(
            linking.register("nodes", "identity.linkage_records"),
            pairs,
            linking.api,
            node_id_column_name="record_no",
            threshold_match_probability=thresholds.merge,
        )


def _forget(session: Any) -> None:
    for name in STATE:
        session.own().execute(f"drop table if exists identity.{name}")


def _change(session: Any) -> None:
    """A new family name for every hundredth record."""
    session.own().execute(
        "update identity.linkage_records set family = family || 'x', full_key = full_key || 'x', "
        f"family_sound = family_sound || 'x', digest = digest + 1 where record_no % {CHANGED} = 1"
    )


def main() -> None:
    """Print the table, or one part's figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="*", default=[250_000, 1_000_000])
    parser.add_argument("--part", nargs="*")
    arguments = parser.parse_args()
    if arguments.part:
        part, day = arguments.part
        print(json.dumps(run_day(day) if part == "day" else measure_steps(day)))
        return
    table = Table(
        "records", "pairs a record", "Splink (s)", "full (s)", "full / Splink", "1 % day (s)", "day / full", "GB"
    )
    with tempfile.TemporaryDirectory(prefix="cdp_identity_") as folder:
        for records in arguments.records:
            day, environment = make_home(records, Path(folder))
            in_process("benchmarks.identity", ["day", day], environment)
            found = in_process("benchmarks.identity", ["steps", day], environment)
            table.add_row(
                f"{found['records']:,}",
                f"{found['pairs'] / found['records']:.2f}",
                *(f"{found[name]:.1f}" for name in ("splink", "full")),
                f"{found['full'] / found['splink']:.2f}",
                f"{found['day']:.1f}",
                f"{found['day'] / found['full']:.1%}",
                f"{found['memory']:.1f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
