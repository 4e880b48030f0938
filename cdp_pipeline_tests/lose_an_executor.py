"""Run by a test: two executors make a table, one is killed meanwhile; prints what the table holds."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa

from cdp_pipeline.resources.spark_warehouse import SparkWarehouse
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse

EXECUTOR = b"CoarseGrainedExecutorBackend"


def _executors() -> list[int]:
    """Processes of executors."""
    lines = {path: path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()}
    return [int(path.parent.name) for path, line in lines.items() if EXECUTOR in line]


def _slowly(rows: pa.Table) -> pa.Table:
    time.sleep(5)
    return rows


def _kill() -> None:
    time.sleep(2)
    os.kill(_executors()[0], signal.SIGKILL)


def main(location: str, seeds: str) -> None:
    """Kill an executor in the middle of a table."""
    warehouse = SparkWarehouse(master="local-cluster[2,1,1024]", location=location, seeds=seeds)
    columns = {"g": "bigint", "v": "bigint"}
    with warehouse.session() as session:
        session.stage_rows("given", columns, [(number % 50, number) for number in range(1000)])
        before = _executors()
        threading.Thread(target=_kill).start()
        session.stage_grouped("made", parse("select g, v from given"), "g", _slowly, columns)
        session.replace_table("raw.t", parse("select * from made"), unaudited)
        held = session.rows(parse("select count(*), sum(v) from raw.t"))[0]
        sys.stdout.write(f"held {held[0]} {held[1]} killed {len(set(before) - set(_executors()))}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
