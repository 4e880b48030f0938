"""A lint over all SQL: constructs whose meaning differs between DuckDB and Spark are refused."""

from pathlib import Path

import pytest
from sqlglot import exp

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import load_project
from cdp_pipeline.settings import REPOSITORY
from cdp_pipeline.sql.files import MARKER
from cdp_pipeline.sql.lineage import parse

CATALOGUE = load_catalogue(load_project(REPOSITORY / "seeds"))
HASHED = "hash() differs"
REFUSED = {
    exp.IntDiv: "// rounds negatives differently",
    exp.DateDiff: "date_diff of timestamps counts boundaries here and 24 hours there",
    exp.DayOfWeek: "dayofweek counts from another day",
}

FILES = sorted(path for path in (REPOSITORY / "cdp_pipeline").rglob("*.sql") if path.parent.name != "sql")
"""All but the macros, which have tests of their own, and the demo's, which the embedded engine alone makes."""
EXCUSED = {
    "outbox": {REFUSED[exp.IntDiv]},  # numbers of rows
    "behaviour": {REFUSED[exp.DayOfWeek]},  # a rule tells it
    "profile_changes": {HASHED},  # digests that one engine alone reads
    "timeline": {HASHED},
}


def _faults(query: exp.Expr) -> list[str]:
    found = [why for node in query.walk() for kind, why in REFUSED.items() if isinstance(node, kind)]
    for call in query.find_all(exp.RegexpReplace):
        if not call.args.get("modifiers"):
            found.append("regexp_replace without 'g' replaces one here and all there")
    for call in query.find_all(exp.Anonymous):
        if str(call.this).lower() == "hash":
            found.append(HASHED)
    return found


@pytest.mark.parametrize("name", sorted(n for n, t in CATALOGUE.items() if t.query is not None))
def test_a_tables_sql_means_the_same_on_both_engines(name: str) -> None:
    query = CATALOGUE[name].query
    assert query is not None
    assert _faults(query) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_every_sql_file_means_the_same_on_both_engines(path: Path) -> None:
    _, *named = MARKER.split(path.read_text(encoding="utf-8"))
    texts = named[1::2] or [path.read_text(encoding="utf-8")]
    found = {fault for text in texts for fault in _faults(parse(text))}
    assert found <= EXCUSED.get(path.stem, set())


@pytest.mark.parametrize("path", sorted((REPOSITORY / "cdp_pipeline" / "assets").rglob("*.sql")), ids=lambda p: p.stem)
def test_a_sql_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 125


def test_the_lint_can_fail() -> None:
    assert _faults(parse("select regexp_replace(x, 'a', 'b'), hash(y) from unified.orders")) != []
