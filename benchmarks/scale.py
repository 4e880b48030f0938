"""Seconds and peak memory of a whole day's run by layer, against Splink alone on the same cleaned records.

`python -m benchmarks.scale --records 100000 1000000` makes a deployment of about so many person
records (1.8 a person, three events each), runs its day, then lets a fresh process train, predict and
cluster with Splink alone on `identity.linkage_records`, with the same settings and one connection.
Every figure is of one process, started for it; the ratio is of the two.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RECORDS_A_PERSON = 1.8
EVENTS = 3.0
PAGE = os.sysconf("SC_PAGE_SIZE")


class MemoryByLayer:
    """Polls this process's resident memory and keeps the peak of each layer (GB)."""

    def __init__(self) -> None:
        self.layer = "start"
        self.peaks: dict[str, float] = {}
        threading.Thread(target=self._poll, daemon=True).start()

    def _poll(self) -> None:
        while True:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.peaks[self.layer] = max(self.peaks.get(self.layer, 0.0), pages * PAGE / 1e9)
            time.sleep(0.02)


def run_day(day: str) -> dict[str, Any]:
    """Run the daily job here; seconds and peak memory by layer, and the wall time of the whole process."""
    started = time.monotonic()
    memory = MemoryByLayer()
    from datetime import date

    from dagster import DagsterEventType, DagsterInstance

    from cdp_pipeline.runs import run_daily
    from cdp_pipeline.settings import load_settings, prepare_environment

    prepare_environment(load_settings())
    seconds: dict[str, float] = {}
    succeeded, step, failures = False, time.monotonic(), []
    with DagsterInstance.get() as instance:
        for _, event in run_daily(instance, date.fromisoformat(day), date.fromisoformat(day)):
            if event.event_type == DagsterEventType.STEP_START:
                memory.layer, step = str(event.step_key).split("__")[0], time.monotonic()
            if event.event_type == DagsterEventType.STEP_SUCCESS:
                seconds[memory.layer] = seconds.get(memory.layer, 0.0) + time.monotonic() - step
                name = f"  {event.step_key}"
                seconds[name] = time.monotonic() - step
            if event.is_step_failure:
                failures.append(f"{event.step_key}: {event.step_failure_data.error_display_string[:2000]}")
            succeeded = succeeded or event.event_type == DagsterEventType.PIPELINE_SUCCESS
    if not succeeded:
        raise SystemExit("\n".join(["the run failed", *failures]))
    return {"seconds": seconds, "memory": memory.peaks, "wall": time.monotonic() - started}


def splink_alone() -> dict[str, Any]:
    """Train, predict and cluster with Splink's own functions on the run's cleaned records."""
    started = time.monotonic()
    memory = MemoryByLayer()
    import duckdb
    from splink import DuckDBAPI, Linker
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    from cdp_pipeline.config.project import load_project
    from cdp_pipeline.domain.linkage import available, blocking_rule, build_settings
    from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
    from cdp_pipeline.resources.linker import filled_columns
    from cdp_pipeline.settings import load_settings

    settings = load_settings()
    identity = load_project(settings.seeds).identity
    seconds: dict[str, float] = {}
    with DuckDBWarehouse.of(settings).session() as session:
        filled = filled_columns(session)
        connection: duckdb.DuckDBPyConnection = session.sharing()
        connection.execute("create table main.cleaned as from identity.linkage_records")
        api = DuckDBAPI(connection=connection)
        nodes = api.register("cleaned")
        linker = Linker(nodes, build_settings(identity, filled), log_level=None)
        training, moment = identity.training, time.monotonic()
        rules = [blocking_rule(rule) for rule in available(training.deterministic_rules, filled)]
        linker.training.estimate_probability_two_random_records_match(rules, recall=training.deterministic_recall)
        linker.training.estimate_u_using_random_sampling(max_pairs=training.max_pairs, seed=training.seed)
        for columns in available(training.passes, filled):
            linker.training.estimate_parameters_using_expectation_maximisation(
                blocking_rule(columns), max_pairs=training.max_pairs_per_pass, record_sample_proportion=0.1
            )
        seconds["train"], moment = time.monotonic() - moment, time.monotonic()
        pairs = linker.inference.predict(threshold_match_probability=identity.thresholds.review, warning_mode="never")
        seconds["predict"], moment = time.monotonic() - moment, time.monotonic()
        cluster_pairwise_predictions_at_threshold(
            nodes,
            pairs,
            api,
            node_id_column_name="record_no",
            threshold_match_probability=identity.thresholds.merge,
        )
        seconds["cluster"] = time.monotonic() - moment
        connection.execute("drop table main.cleaned")
    return {"seconds": seconds, "memory": memory.peaks, "wall": time.monotonic() - started}


def make_home(records: int, folder: Path, events: float = EVENTS, days: int = 1) -> tuple[str, dict[str, str]]:
    """A deployment of about so many person records; returns the first of its days and its environment."""
    home = folder / f"records_{records}"
    people = str(int(records / RECORDS_A_PERSON))
    environment = {**os.environ, "CDP_HOME": str(home)}
    made = time.monotonic()
    cdp = [sys.executable, "-m", "cdp_pipeline.cli"]
    subprocess.run(
        [*cdp, "demo", "--people", people, "--days", str(days), "--events", str(events), "--out", str(home)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    Console().print(f"{records:,} records: extracts made in {time.monotonic() - made:.0f} s")
    return min(path.name for path in (home / "data" / "landing" / "web_shop").iterdir()), environment


def measure(records: int, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the deployment, run it, then Splink alone; each in a process of its own."""
    day, environment = make_home(records, folder)
    parts = (["day", day], ["splink"])
    day_run, alone = (in_process("benchmarks.scale", part, environment) for part in parts)
    return day_run, alone


def measured(module: str, description: str | None, measure: Callable[[str], dict[str, Any]]) -> dict[str, Any] | None:
    """The figures of `measure(day)` on a deployment of `--records`, each part in a process of its own; None in a part."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--part", nargs=2)
    arguments = parser.parse_args()
    if arguments.part:
        part, day = arguments.part
        print(json.dumps(run_day(day) if part == "day" else measure(day)))
        return None
    with tempfile.TemporaryDirectory(prefix="cdp_benchmark_") as folder:
        day, environment = make_home(arguments.records, Path(folder))
        in_process(module, ["day", day], environment)
        return in_process(module, ["measure", day], environment)


def in_process(module: str, part: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """Run one part of a benchmark in a process of its own; what it prints last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", module, "--part", *part],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--steps", action="store_true", help="print every table's seconds too")
    parser.add_argument("--part", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(run_day(arguments.part[1]) if arguments.part[0] == "day" else splink_alone()))
        return
    with tempfile.TemporaryDirectory(prefix="cdp_scale_") as folder:
        results = {records: measure(records, Path(folder)) for records in arguments.records}
    for records, (day, alone) in results.items():
        table = Table("layer", "seconds", "peak GB", title=f"{records:,} person records, one day", title_justify="left")
        for layer, seconds in day["seconds"].items():
            if arguments.steps or not layer.startswith(" "):
                table.add_row(
                    layer,
                    f"{seconds:.1f}",
                    f"{day['memory'].get(layer, 0):.2f}" if not layer.startswith(" ") else "",
                )
        table.add_row("whole process", f"{day['wall']:.1f}", f"{max(day['memory'].values()):.2f}")
        table.add_row("Splink alone, whole process", f"{alone['wall']:.1f}", f"{max(alone['memory'].values()):.2f}")
        for part, seconds in alone["seconds"].items():
            table.add_row(f"  {part}", f"{seconds:.1f}", "")
        table.add_row("ratio", f"{day['wall'] / alone['wall']:.2f}", "")
        Console().print(table)
    sizes = sorted(results)
    if len(sizes) > 1:
        growth = results[sizes[-1]][0]["wall"] / results[sizes[0]][0]["wall"]
        Console().print(f"time grows {growth:.1f} times from {sizes[0]:,} to {sizes[-1]:,} records")


if __name__ == "__main__":
    main()
