"""Seconds and peak memory of reading delimited text into raw, and of standardising person records.

`python -m benchmarks.ingestion` reads 5,000,000 CSV lines of 10 columns into a raw table, against
DuckDB's own `read_csv` with all columns as text into a table, and types about 1,000,000 person records
of six source tables with a cold and with a warm cache of parsed values. Every figure is of one process,
started for it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.scale import RECORDS_A_PERSON, MemoryByLayer, in_process
from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import load_project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
from cdp_pipeline.settings import REPOSITORY, Settings, load_settings

DAY = date(2026, 11, 15)
NAMES = ("id", "customer", "reference", "day", "amount", "note", "kind", "shop", "empty", "mail")
LINES = """copy (select range as id, 'c' || (hash(range) % 1000000) as customer, md5(range::varchar)[:12] as reference,
    date '2024-01-01' + (range % 700)::int as day, (hash(range) % 100000 / 100.0)::decimal(10, 2) as amount,
    case when range % 50 = 0 then 'said "hi", twice' else 'plain text' end as note, ['a', 'b', 'c'][1 + range % 3] as kind,
    'x' || range % 97 as shop, null as empty, 'user' || (hash(range) % 300000) || '@example.org' as mail
    from range($lines)) to '$path' (header)"""
PERSON_TABLES = (
    "email_marketing__subscribers",
    "sales_crm__contacts",
    "sales_crm__leads",
    "service_desk__contacts",
    "store_pos__members",
    "web_shop__accounts",
)


def _materialise(settings: Settings, *names: str) -> float:
    """Build the tables, each in a session of its own as the daily run does; seconds."""
    project = load_project(settings.seeds)
    catalogue = load_catalogue(project)
    started = time.monotonic()
    for name in names:
        with DuckDBWarehouse.of(settings).session() as session:
            stage_run_days(session, (DAY,), project.deployment)
            catalogue[name].build(TableRun(catalogue[name], session, project, settings, (DAY,), "benchmark"))
    return time.monotonic() - started


def read_csv(file: str) -> dict[str, Any]:
    """DuckDB's own reader, all columns as text, into a table of a new database."""
    memory = MemoryByLayer()
    settings = load_settings()
    with duckdb.connect(str(settings.data / "own.duckdb"), config={"threads": settings.threads}) as connection:
        started = time.monotonic()
        connection.execute(f"create table own as from read_csv('{file}', all_varchar = true, header = true)")
        return {"seconds": time.monotonic() - started, "memory": max(memory.peaks.values())}


def raw() -> dict[str, Any]:
    """The raw table, with the inspection that comes before it."""
    memory = MemoryByLayer()
    settings = load_settings()
    _materialise(settings, "quality.extracts")
    seconds = _materialise(settings, "raw.big__lines")
    return {"seconds": seconds, "memory": max(memory.peaks.values())}


def standardise(prepare: bool) -> dict[str, Any]:
    """Typing of all person tables and the parsing of their values."""
    memory = MemoryByLayer()
    settings = load_settings()
    if prepare:
        _materialise(settings, "quality.extracts", *(f"raw.{name}" for name in PERSON_TABLES))
    seconds = _materialise(settings, "staging.parsed_values", *(f"staging.{name}" for name in PERSON_TABLES))
    return {"seconds": seconds, "memory": max(memory.peaks.values())}


def _csv_home(home: Path, lines: int) -> Path:
    shutil.copytree(REPOSITORY / "seeds", home / "seeds")
    for path in (home / "seeds" / "sources").glob("*.yml"):
        path.unlink()
    for part in ("segments", "destinations", "expectations"):
        shutil.rmtree(home / "seeds" / part)
    extract = {"format": "csv", "path": "big/{date}/lines.csv", "load": "append"}
    table = {"extract": extract, "key": ["id"], "columns": {name: {} for name in NAMES}}
    source = {"source": "big", "tables": {"lines": table}}
    (home / "seeds" / "sources" / "big.yml").write_text(yaml.safe_dump(source))
    file = home / "data" / "landing" / "big" / DAY.isoformat() / "lines.csv"
    file.parent.mkdir(parents=True)
    duckdb.execute(LINES.replace("$lines", str(lines)).replace("$path", str(file)))
    return file


def _person_home(home: Path, records: int) -> None:
    people = str(int(records / RECORDS_A_PERSON))
    subprocess.run(
        [sys.executable, "-m", "cdp_pipeline.cli", "demo", "--people", people, "--days", "1", "--out", str(home)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for part in ("expectations", "segments", "destinations"):
        shutil.rmtree(home / "seeds" / part)
    for path in (home / "seeds" / "sources").glob("*.yml"):
        content = yaml.safe_load(path.read_text())
        kept = {k: v for k, v in content["tables"].items() if f"{content['source']}__{k}" in PERSON_TABLES}
        for table in kept.values():
            table["maps"].pop("consents", None)
        path.unlink()
        if kept:
            path.write_text(yaml.safe_dump({**content, "tables": kept}))


def _measured(home: Path, part: list[str]) -> dict[str, Any]:
    return in_process("benchmarks.ingestion", part, {**os.environ, "CDP_HOME": str(home)})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--part", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        name, *rest = arguments.part
        parts = {"own": lambda: read_csv(*rest), "raw": raw, "cold": lambda: standardise(True)}
        print(json.dumps(parts.get(name, lambda: standardise(False))()))
        return
    table = Table("part", "seconds", "peak GB", "share of DuckDB's speed")
    with tempfile.TemporaryDirectory(prefix="cdp_ingestion_") as folder:
        home = Path(folder) / "csv"
        file = _csv_home(home, arguments.lines)
        own, ours = _measured(home, ["own", str(file)]), _measured(home, ["raw"])
        table.add_row(f"read_csv of {arguments.lines:,} lines", f"{own['seconds']:.1f}", f"{own['memory']:.2f}", "")
        share = f"{own['seconds'] / ours['seconds']:.0%}"
        table.add_row("the same lines into raw", f"{ours['seconds']:.1f}", f"{ours['memory']:.2f}", share)
        home = Path(folder) / "people"
        _person_home(home, arguments.records)
        for part in ("cold", "warm"):
            found = _measured(home, [part])
            label = f"standardising {arguments.records:,} person records, {part} cache"
            table.add_row(label, f"{found['seconds']:.1f}", f"{found['memory']:.2f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
