"""What the quality gate costs: its share of a day's run, and the memory that it adds.

`python -m benchmarks.quality --records 1000000 --events 9` makes a deployment of about so many person records,
with so many events a person, and runs its day twice from nothing, each in a process of its own: with the gate,
whose parts are timed, and without it.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scale import in_process, make_home, run_day

PARTS = {
    "suites": ("cdp_pipeline.assets.table", "run_suite"),
    "measures": ("cdp_pipeline.assets.quality.measures", "observe"),
    "results": ("cdp_pipeline.assets.factory", "record"),
    "pages": ("cdp_pipeline.assets.published.quality_pages", "write_pages"),
}


def gated_day(day: str) -> dict[str, Any]:
    """The day's run with the seconds of each part of the gate, import of its libraries included."""
    seconds: Counter[str] = Counter()

    def timed(part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            started = time.monotonic()
            try:
                return work(*arguments, **options)
            finally:
                seconds[part] += time.monotonic() - started  # type: ignore[assignment]

        return call

    for part, (module, name) in PARTS.items():
        setattr(import_module(module), name, timed(part, getattr(import_module(module), name)))
    return {**run_day(day), "gate": dict(seconds)}


def bare_day(day: str) -> dict[str, Any]:
    """The run of a day, of a deployment without suites, that measures nothing and writes no page."""
    from cdp_pipeline.assets import catalogue
    from cdp_pipeline.assets.published import quality_pages
    from cdp_pipeline.assets.quality import measures
    from cdp_pipeline.assets.table import TableRun
    from cdp_pipeline.domain.expressions import no_rows

    def nothing(run: TableRun) -> None:
        run.write(no_rows(run.table.sidecar.types))

    catalogue.measured = lambda project: {}
    measures.build = nothing
    quality_pages.write_pages = lambda *_: None
    return run_day(day)


def main() -> None:
    """Print the table, or one part's figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--events", type=float, default=9.0, help="events a person")
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        part, day = asked.part
        print(json.dumps(gated_day(day) if part == "gated" else bare_day(day)))
        return
    with tempfile.TemporaryDirectory(prefix="cdp_quality_") as folder:
        day, environment = make_home(asked.records, Path(folder), asked.events)
        gated = in_process("benchmarks.quality", ["gated", day], environment)
        home = Path(environment["CDP_HOME"])
        for part in ("warehouse", "dagster", "published", "exports"):
            shutil.rmtree(home / "data" / part, ignore_errors=True)
        shutil.rmtree(home / "seeds" / "expectations")
        bare = in_process("benchmarks.quality", ["bare", day], environment)
    together = sum(gated["gate"].values())
    table = Table(
        "part", "seconds", "of the day", title=f"{asked.records:,} person records, a day of {gated['wall']:.0f} s"
    )
    for part, seconds in gated["gate"].items():
        table.add_row(part, f"{seconds:.1f}", f"{seconds / gated['wall']:.1%}")
    table.add_row("together", f"{together:.1f}", f"{together / gated['wall']:.1%}")
    peaks = [max(run["memory"].values()) for run in (gated, bare)]
    Console().print(
        table,
        f"without the gate the day takes {bare['wall']:.0f} s; "
        f"peak memory {peaks[0]:.2f} GB with it, {peaks[1]:.2f} GB without",
    )


if __name__ == "__main__":
    main()
