"""Whether Spark publishes what DuckDB does, and how long each takes: a first day, an erasure, a corrected day with a daily change.

`python -m benchmarks.engines --records 100000` makes two days of about so many person records, trains a model on
DuckDB, promotes it in two deployments, and lets both engines live through the same. The last columns are published
rows, and those that differ (floating point numbers by more than 1e-9).
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.scale import EVENTS, RECORDS_A_PERSON
from cdp_pipeline_tests.engines import differences, lives, make_twin, model_of, published
from cdp_pipeline_tests.homes import cdp

SOURCE = Path("data") / "landing"


def _demo(home: Path, records: int) -> tuple[str, str]:
    """Two days of extracts; returns them."""
    people = str(int(records / RECORDS_A_PERSON))
    asked = ["demo", "--people", people, "--days", "2", "--events", str(EVENTS), "--out", str(home)]
    subprocess.run([sys.executable, "-m", "cdp_pipeline.cli", *asked], check=True, stdout=subprocess.DEVNULL)
    first, last = sorted(path.name for path in (home / SOURCE / "web_shop").iterdir())
    return first, last


def _somebody(home: Path, day: str) -> str:
    """The address of an account that the correction leaves alone."""
    with (home / SOURCE / "web_shop" / day / "accounts.csv").open(encoding="utf-8", newline="") as file:
        return [account["email"] for account in csv.DictReader(file) if account["email"]][10]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="keep the deployments there")
    arguments = parser.parse_args()
    table = Table("", "DuckDB (s)", "Spark (s)", "published rows", "that differ")
    with tempfile.TemporaryDirectory(prefix="cdp_engines_") as scratch:
        folder = arguments.folder or Path(scratch)
        days = _demo(folder / "trained", arguments.records)
        trained = cdp(folder / "trained", "run", "--date", days[0], timeout=3600)
        if trained.returncode:
            raise SystemExit(trained.stdout + trained.stderr)
        model = model_of(folder / "trained")
        homes = {e: make_twin(folder / e, folder / "trained" / SOURCE, model) for e in ("duckdb", "spark")}
        seconds, started = {}, time.monotonic()
        for event, engine in lives(homes, days, _somebody(folder / "trained", days[0])):
            seconds[engine] = time.monotonic() - started
            if engine == "spark":
                known, found = published(homes["duckdb"]), published(homes["spark"])
                different = differences(known, found)
                rows = f"{sum(map(len, known.values())):,}"
                table.add_row(
                    event, f"{seconds['duckdb']:.0f}", f"{seconds['spark']:.0f}", rows, str(sum(different.values()))
                )
                Console().print(f"{event}: {seconds}, {rows} rows published, that differ: {different or 'none'}")
            started = time.monotonic()
    Console().print(table)


if __name__ == "__main__":
    main()
