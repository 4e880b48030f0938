import subprocess
import sys
from pathlib import Path

import pytest
from sqlglot import condition

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


@pytest.mark.parametrize("slices", [1, 2])
def test_profile_ids_are_stored_as_they_are(tmp_path: Path, slices: int) -> None:
    rows = parse("select 'P' || md5(cast(range as varchar)) as profile_id, 'web' as channel, 1 as day from range(5000)")
    with _warehouse(tmp_path / "w.duckdb").session() as session:
        for _ in range(slices):
            session.replace_slice("raw.t", rows, condition("day = 1"), _accept)
        session.own().execute("checkpoint")
        stored = "select column_name, compression from pragma_storage_info('raw.t') where segment_type = 'VARCHAR'"
        found = set(session.own().execute(stored).fetchall())
        assert session.rows(parse("select count(*) from raw.t")) == [(5000,)]
    kinds = {column: {kind for name, kind in found if name == column} for column in ("profile_id", "channel")}
    assert kinds["profile_id"] == {"Uncompressed"}
    assert "Uncompressed" not in kinds["channel"]
