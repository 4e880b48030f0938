import subprocess
import sys
from pathlib import Path

import pytest

from cdp_pipeline.domain.expressions import column, literal
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession, DuckDBWarehouse
from cdp_pipeline.settings import REPOSITORY
from cdp_pipeline.sql.lineage import parse


def _accept(building: str) -> None:
    """An audit that finds nothing wrong."""


def _refuse(building: str) -> None:
    raise ValueError(building)


def _warehouse(path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(database=str(path), seeds=str(REPOSITORY / "seeds"))


def test_a_table_is_replaced_whole(session: DuckDBSession) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), _accept)
    assert session.replace_table("raw.t", parse("select 2 as a union all select 3"), _accept) == 2
    assert session.rows(parse("select a from raw.t order by a")) == [(2,), (3,)]


def test_a_refused_table_leaves_the_standing_one_and_nothing_beside_it(session: DuckDBSession) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), _accept)
    with pytest.raises(ValueError, match="raw.t__building"):
        session.replace_table("raw.t", parse("select 2 as a"), _refuse)
    assert session.rows(parse("select a from raw.t")) == [(1,)]
    assert session.columns("raw.t__building") == {}


def test_the_audit_sees_the_new_rows(session: DuckDBSession) -> None:
    seen = []
    session.replace_table(
        "raw.t",
        parse("select 7 as a"),
        lambda name: seen.extend(session.rows(parse(f"select a from {name}"))),
    )
    assert seen == [(7,)]


def test_a_slice_is_replaced_alone(session: DuckDBSession) -> None:
    session.replace_table("raw.t", parse("select 1 as day, 'old' as v union all select 2, 'old'"), _accept)
    where = column("day").eq(literal(2))
    session.replace_slice("raw.t", parse("select 2 as day, 'new' as v"), where, _accept)
    assert session.rows(parse("select day, v from raw.t order by day")) == [(1, "old"), (2, "new")]


def test_a_refused_slice_changes_nothing(session: DuckDBSession) -> None:
    session.replace_table("raw.t", parse("select 1 as day"), _accept)
    with pytest.raises(ValueError, match="building"):
        session.replace_slice(
            "raw.t", parse("select 1 as day union all select 1"), column("day").eq(literal(1)), _refuse
        )
    assert session.rows(parse("select day from raw.t")) == [(1,)]


def test_a_new_column_in_a_slice_is_kept(session: DuckDBSession) -> None:
    session.replace_table("raw.t", parse("select 1 as day"), _accept)
    session.replace_slice("raw.t", parse("select 2 as day, 'x' as extra"), column("day").eq(literal(2)), _accept)
    assert session.rows(parse("select day, extra from raw.t order by day")) == [(1, None), (2, "x")]


def test_a_file_is_exported_for_its_owner_only(session: DuckDBSession, tmp_path: Path) -> None:
    path = tmp_path / "out" / "list.csv"
    session.export_private(parse("select 1 as a"), path)
    assert path.read_text() == "a\n1\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["list.csv"]


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


def test_rows_are_staged_with_their_types(session: DuckDBSession) -> None:
    session.stage_rows("few", {"a": "bigint", "b": "date"}, [("1", "2026-01-01"), (None, None)])
    assert session.columns("few") == {"a": "BIGINT", "b": "DATE"}
