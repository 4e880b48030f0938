from pathlib import Path

import duckdb

from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.publisher import publish
from cdp_pipeline.sql.lineage import parse

SIDECAR = Sidecar.model_validate(
    {
        "description": "x",
        "grain": "x",
        "key": ["id"],
        "columns": {
            "id": {"type": "VARCHAR", "description": "id"},
            "email": {"type": "VARCHAR", "description": "address", "privacy": "direct_identifier"},
        },
    }
)


def _publish(session: DuckDBSession, rows: str, folder: Path) -> None:
    session.replace_table("profile.t", parse(rows), lambda name: None)
    publish(session, [("profile.t", SIDECAR)], folder)


def test_direct_identifiers_stay_out(session: DuckDBSession, tmp_path: Path) -> None:
    _publish(session, "select 'P1' as id, 'a@x.fr' as email", tmp_path)
    assert duckdb.read_parquet(str(tmp_path / "profile.t.parquet")).columns == ["id"]
    with duckdb.connect(str(tmp_path / "cdp.duckdb"), read_only=True) as reader:
        assert reader.execute("from profile.t").fetchall() == [("P1",)]


def test_the_same_rows_give_the_same_bytes(session: DuckDBSession, tmp_path: Path) -> None:
    _publish(session, "select 'P1' as id, 'a' as email union all select 'P2', 'b'", tmp_path / "a")
    _publish(session, "select 'P2' as id, 'b' as email union all select 'P1', 'a'", tmp_path / "b")
    assert (tmp_path / "a" / "profile.t.parquet").read_bytes() == (tmp_path / "b" / "profile.t.parquet").read_bytes()


def test_a_reader_keeps_its_file_while_a_new_one_is_published(session: DuckDBSession, tmp_path: Path) -> None:
    _publish(session, "select 'P1' as id, 'a' as email", tmp_path)
    with duckdb.connect(str(tmp_path / "cdp.duckdb"), read_only=True) as reader:
        session.replace_table("profile.t", parse("select 'P2' as id, 'b' as email"), lambda name: None)
        (tmp_path / "profile.t.parquet").unlink()
        assert reader.execute("from profile.t").fetchall() == [("P1",)]
