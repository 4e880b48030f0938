import subprocess
import sys
from pathlib import Path

import pytest

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession, DuckDBWarehouse
from cdp_pipeline.settings import REPOSITORY
from cdp_pipeline.sql.lineage import parse


def _accept(building: str) -> None:
    """An audit that finds nothing wrong."""


def _warehouse(path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(database=str(path), seeds=str(REPOSITORY / "seeds"))


def test_the_lock_is_given_back_after_an_exception(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), _warehouse(tmp_path / "w.duckdb").session():
        raise ZeroDivisionError
    command = f"import duckdb; duckdb.connect({str(tmp_path / 'w.duckdb')!r}).execute('select 1')"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0


def test_a_shared_connection_sees_committed_tables_and_macros(session: DuckDBSession) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), _accept)
    shared = session.sharing()
    assert shared.execute("select a, fold('É') from raw.t").fetchall() == [(1, "e")]
    shared.close()
