"""Building single tables of a deployment in one process, as a day's run builds them, and timing them."""

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any


class Tables:
    """The tables of the deployment that the environment names, as of one day or several; in its embedded warehouse, unless another is given."""

    def __init__(self, *days: str, warehouse: Any = None) -> None:
        import great_expectations  # noqa: F401 - a day's run has imported it before

        import cdp_pipeline.checks.gx_duckdb  # noqa: F401
        from cdp_pipeline.assets.catalogue import load_catalogue
        from cdp_pipeline.config.project import load_project
        from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession, DuckDBWarehouse
        from cdp_pipeline.settings import load_settings

        self.settings = load_settings()
        self.project = load_project(self.settings.seeds)
        self.catalogue = load_catalogue(self.project)
        self._warehouse = warehouse or DuckDBWarehouse.of(self.settings)
        self._days = tuple(date.fromisoformat(day) for day in days)
        self.session: type[AbstractContextManager[DuckDBSession]] | Any = self._warehouse.session

    def build(self, names: Iterable[str]) -> tuple[dict[str, Any], dict[str, float]]:
        """Build the tables (`layer.table`), each in a session of its own; returns their metadata, and their seconds."""
        from cdp_pipeline.assets.factory import stage_run_days
        from cdp_pipeline.assets.table import TableRun

        metadata: dict[str, Any] = {}
        seconds: dict[str, float] = {}
        for name in names:
            started = time.monotonic()
            with self.session() as session:
                stage_run_days(session, self._days, self.project.deployment)
                run = TableRun(self.catalogue[name], session, self.project, self.settings, self._days, "benchmark")
                run.table.build(run)
            metadata |= run.metadata
            seconds[name] = time.monotonic() - started
        return metadata, seconds
