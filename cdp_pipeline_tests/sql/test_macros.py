"""The macros' cases, in the case book `cases/macros.yml`, and a law for telephone numbers."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

BOOK = yaml.safe_load((Path(__file__).parent.parent / "cases" / "macros.yml").read_text())


@pytest.mark.parametrize(
    ("call", "expected"), [(case["call"], case["gives"]) for case in BOOK], ids=lambda value: str(value)[:60]
)
def test_a_macro_gives_what_the_case_book_says(session: DuckDBSession, call: str, expected: Any) -> None:
    found = session.rows(parse(f"select {call}"))[0][0]
    assert (str(found) if found is not None and not isinstance(found, bool) else found) == expected
