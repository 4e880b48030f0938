import pytest

from cdp_pipeline.resources import duckdb_warehouse
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.parsing import parse_new
from cdp_pipeline.sql.lineage import parse

VALUES = dict.fromkeys(("kind", "value", "region"), "varchar")
ASKED = parse("select * from asked")


def _known(session: DuckDBSession) -> dict[str, str | None]:
    return dict(session.rows(parse("select kind || ' ' || value || ' ' || region, parsed from known")))


def test_only_values_that_are_not_known_are_parsed_in_batches(
    session: DuckDBSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_warehouse, "BATCH", 2)
    session.stage_rows(
        "known",
        {**VALUES, "parsed": "varchar", "line_type": "varchar"},
        [("phone", "06 11", "FR", "kept as it is", "mobile")],
    )
    asked = [("phone", "06 11", "FR"), ("phone", "06 12 34 56 78", "FR"), ("phone", "0612", "DE")]
    asked += [("email", " A@X.FR", ""), ("email", "nobody", "")]
    session.stage_rows("asked", VALUES, asked)
    assert parse_new(session, ASKED, "known") == 4
    assert _known(session) == {
        "phone 06 11 FR": "kept as it is",
        "phone 06 12 34 56 78 FR": "+33612345678",
        "phone 0612 DE": None,
        "email  A@X.FR ": "a@x.fr",
        "email nobody ": None,
    }
    assert parse_new(session, ASKED, "known") == 0
