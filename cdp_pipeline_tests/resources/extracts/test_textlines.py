from pathlib import Path

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts.textlines import stage_lines
from cdp_pipeline.sql.lineage import parse


def test_lines_keep_their_numbers_and_a_broken_one_its_reason(session: DuckDBSession, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"title\n a\x01\n\n\xe9\nlast")
    stage_lines(session, tmp_path / "x", "found", 1, tmp_path)
    assert session.rows(parse("select _line, line, _fault from found order by _line")) == [
        (2, " a\\x01", "a control character"),
        (3, None, None),
        (4, "\\xe9", "byte 0xe9 is not of the file's encoding"),
        (5, "last", None),
    ]
