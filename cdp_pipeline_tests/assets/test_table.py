from datetime import date
from pathlib import Path

import pytest

from cdp_pipeline.assets.table import AuditFailed, TableAsset, TableRun
from cdp_pipeline.config.expectations import Suite
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import WarehouseError
from cdp_pipeline.settings import load_settings
from cdp_pipeline.sql.lineage import parse

SIDECAR = Sidecar.model_validate(
    {"description": "x", "grain": "x", "columns": {"a": {"type": "BIGINT", "description": "a"}}}
)
SUITE = Suite.model_validate(
    {
        "table": "profile.t",
        "expectations": [
            {
                "expectation": "expect_column_values_to_not_be_null",
                "arguments": {"column": "a"},
                "severity": "block",
                "dimension": "completeness",
                "sentence": "There is an a.",
            }
        ],
    }
)


def _run(session: DuckDBSession, project: Project, suites: dict[str, Suite]) -> TableRun:
    table = TableAsset("profile", "t", Path("t.sql"), SIDECAR, frozenset(), lambda run: None)
    changed = type(project)(**{**project.__dict__, "suites": suites})
    return TableRun(table, session, changed, load_settings(), (date(2026, 11, 15),), "run")


def test_columns_that_the_sidecar_lacks_are_refused(session: DuckDBSession, project: Project) -> None:
    with pytest.raises(WarehouseError, match=r"profile\.t: the columns \['b'\] differ from its sidecar's \['a'\]"):
        _run(session, project, {}).write(parse("select 1 as b"))
    assert session.columns("profile.t") == {}


def test_a_blocking_expectation_keeps_the_standing_table(session: DuckDBSession, project: Project) -> None:
    _run(session, project, {}).write(parse("select 1 as a"))
    run = _run(session, project, {"profile.t": SUITE})
    with pytest.raises(AuditFailed, match=r"There is an a\. The table stays as it was"):
        run.write(parse("select cast(null as bigint) as a"))
    assert [check.passed for check in run.checks] == [False]
    assert session.rows(parse("select a from profile.t")) == [(1,)]
