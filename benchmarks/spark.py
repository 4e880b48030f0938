"""Seconds of the linkage step on Spark, on two threads of this machine, and whether its profiles are DuckDB's.

`python -m benchmarks.spark --records 250000 500000 1000000` makes deployments of about so many person records, runs
the day of each on DuckDB, hands what linkage reads (records, identifiers, the model with its frequencies) to Spark,
and makes the tables of identity there. The last column is the time by that of the size before: doubled records may
take 2.3 times as long. `--memory` bounds Spark's heap; what the process and its Python workers take comes to it.
"""

import argparse
import json
import os
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scale import in_process, make_home, run_day
from benchmarks.tables import Tables

GIVEN = (
    "unified.person_records",
    "unified.identifiers",
    "staging.parsed_values",
    "identity.shared_identifiers",
    "identity.linkage_model",
    "identity.term_frequencies",
)
STEP = ("identity.linkage_records", "identity.identifier_links", "identity.scored_pairs", "identity.identity_map")
ON_DUCKDB = "identity.map_on_duckdb"
DIFFERENT = """
select count(*)
from identity.identity_map as here
full join identity.map_on_duckdb as there on here.record_id = there.record_id
where here.profile_id is distinct from there.profile_id
"""


def measure_step(day: str) -> dict[str, Any]:
    """Seconds by table, records whose profile differs, and the peak of resident memory (GB) of all processes."""
    from cdp_pipeline.resources.spark_warehouse import SparkWarehouse
    from cdp_pipeline.resources.warehouse import unaudited
    from cdp_pipeline.sql.lineage import parse

    embedded = Tables(day)
    location = embedded.settings.data / "warehouse" / "spark"
    warehouse = SparkWarehouse.of(replace(embedded.settings, spark_master="local[2]"))
    with embedded.session() as known, warehouse.session() as session:
        for name in (*GIVEN, "identity.identity_map"):
            path = location.parent / f"{name}.parquet"
            known.export_parquet(parse(f"select * from {name}"), path)
            rows = session.rows_of_files([partial(_rows_of, path)], known.columns(name), path.parent)
            session.replace_table(ON_DUCKDB if name == "identity.identity_map" else name, rows, unaudited)
    started = time.monotonic()
    _, seconds = Tables(day, warehouse=warehouse).build(STEP)
    whole = time.monotonic() - started
    with warehouse.session(read_only=True) as session:
        different = int(session.rows(parse(DIFFERENT))[0][0])
        records = int(session.rows(parse("select count(*) from identity.identity_map"))[0][0])
    return {"records": records, "seconds": seconds, "whole": whole, "different": different, "memory": _peak()}


def _rows_of(path: Path, session: Any, scratch: Path) -> Any:
    from cdp_pipeline.sql.lineage import parse

    return parse(f"select * from '{path}'")


def _peak() -> float:
    """Peaks of this process and of those that it started, Spark's among them (GB)."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        number, parent = int(path.parent.name), int(path.read_text().rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(number)
    asked, peak = [os.getpid()], 0.0
    while asked:
        number = asked.pop()
        asked += children.get(number, [])
        status = Path(f"/proc/{number}/status").read_text().splitlines()
        peak += sum(int(line.split()[1]) / 1e6 for line in status if line.startswith("VmHWM"))
    return peak


def main() -> None:
    """Print the table, or one part's figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="*", default=[250_000, 500_000, 1_000_000])
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--part", nargs="*")
    arguments = parser.parse_args()
    if arguments.part:
        part, day = arguments.part
        print(json.dumps(run_day(day) if part == "day" else measure_step(day)))
        return
    table = Table(
        "records", "linkage (s)", *(name.rpartition(".")[2] for name in STEP), "other profiles", "GB", "growth"
    )
    before = 0.0
    with tempfile.TemporaryDirectory(prefix="cdp_spark_") as folder:
        for records in arguments.records:
            day, environment = make_home(records, Path(folder))
            in_process("benchmarks.spark", ["day", day], environment)
            found = in_process("benchmarks.spark", ["step", day], environment | {"CDP_MEMORY_LIMIT": arguments.memory})
            Console().print(f"{found['records']:,} records: linked in {found['whole']:.0f} s")
            table.add_row(
                f"{found['records']:,}",
                f"{found['whole']:.1f}",
                *(f"{found['seconds'][name]:.1f}" for name in STEP),
                f"{found['different']:,}",
                f"{found['memory']:.1f}",
                f"{found['whole'] / before:.2f}" if before else "",
            )
            before = found["whole"]
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
