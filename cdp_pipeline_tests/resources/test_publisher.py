from pathlib import Path

import duckdb

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.publisher import publish
from cdp_pipeline.sql.lineage import parse


def _publish(session: DuckDBSession, rows: str, folder: Path) -> None:
    session.replace_table("profile.t", parse(rows), lambda name: None)
    publish(session, [("profile.t", parse("select * from profile.t order by id"))], folder)


def test_the_same_rows_give_the_same_bytes(session: DuckDBSession, tmp_path: Path) -> None:
    _publish(session, "select 'P1' as id, 'a' as email union all select 'P2', 'b'", tmp_path / "a")
    _publish(session, "select 'P2' as id, 'b' as email union all select 'P1', 'a'", tmp_path / "b")
    assert (tmp_path / "a" / "profile.t.parquet").read_bytes() == (tmp_path / "b" / "profile.t.parquet").read_bytes()


def test_a_reader_keeps_its_file_while_a_new_one_is_published(session: DuckDBSession, tmp_path: Path) -> None:
    _publish(session, "select 'P1' as id, 'a' as email", tmp_path)
    with duckdb.connect(str(tmp_path / "cdp.duckdb"), read_only=True) as reader:
        session.replace_table("profile.t", parse("select 'P2' as id, 'b' as email"), lambda name: None)
        (tmp_path / "profile.t.parquet").unlink()
        assert reader.execute("from profile.t").fetchall() == [("P1", "a")]
