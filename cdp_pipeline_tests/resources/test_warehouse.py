import inspect

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import Session


def test_the_embedded_session_fulfils_the_seam() -> None:
    for name, asked in inspect.getmembers(Session, inspect.isfunction):
        if not name.startswith("_"):
            given = getattr(DuckDBSession, name)
            assert list(inspect.signature(given).parameters) == list(inspect.signature(asked).parameters), name
