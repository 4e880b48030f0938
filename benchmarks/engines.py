"""Whether Spark publishes what DuckDB does, and how long each takes: a first day, an erasure, a corrected day with a daily change.

`python -m benchmarks.engines --records 100000` makes two days of about so many person records, trains a model on
DuckDB, promotes it in two deployments, and lets both engines live through the same. The last columns are published
rows, and those that differ (floating point numbers by more than 1e-9).
"""

import argparse
import csv
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.scale import in_process, make_home
from cdp_pipeline_tests.engines import differences, lives, make_twin, model_of, published

SOURCE = Path("data") / "landing"


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
        first, environment = make_home(arguments.records, folder, days=2)
        trained = Path(environment["CDP_HOME"])
        last = max(path.name for path in (trained / SOURCE / "web_shop").iterdir())
        in_process("benchmarks.scale", ["day", first], environment)
        model = model_of(trained)
        homes = {engine: make_twin(folder / engine, trained / SOURCE, model) for engine in ("duckdb", "spark")}
        seconds, started = {}, time.monotonic()
        for event, engine in lives(homes, (first, last), _somebody(trained, first)):
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
