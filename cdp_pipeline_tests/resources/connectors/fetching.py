"""A deployment's end of a connector, for its tests: a table, a landing zone, and what landed."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.connectors import Fetched, fetch
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline.resources.scratch import scratch_folder

ZONE = ZoneInfo("Europe/Paris")
NEWEST = date(2026, 11, 24)
CURSOR = {"kind": "database", "url_secret": "ERP_URL", "table": "people", "cursor": "changed"}


@dataclass
class Fetching:
    """Fetches days of one table as the run does."""

    root: Path
    table: Table

    def day(self, day: str, newest: date = NEWEST) -> Fetched | None:
        with scratch_folder(self.root.parent / "data") as scratch:
            return fetch(self.table, date.fromisoformat(day), newest, ZONE, LandingZone(self.root), scratch)

    def landed(self, day: str = "*") -> list[tuple[Any, ...]]:
        """Rows of a day's Parquet files, in the file's order."""
        files = str(self.root / self.table.extract.path.replace("{date}", day))
        return duckdb.connect().execute("from read_parquet($files)", {"files": files}).fetchall()

    def file(self, day: str) -> Path:
        return self.root / self.table.extract.path.replace("{date}", day)


def table_of(
    connector: dict[str, Any], load: str = "delta", columns: tuple[str, ...] = ("id",), **extract: Any
) -> Table:
    content = {
        "format": "parquet",
        "path": "erp/{date}/people.parquet",
        "load": load,
        **extract,
        "connector": connector,
    }
    return Table.model_validate({"extract": content, "key": [columns[0]], "columns": {name: {} for name in columns}})
