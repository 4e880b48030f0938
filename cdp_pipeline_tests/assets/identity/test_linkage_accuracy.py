"""Decided pairs of the sample: what the model makes of them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import load_settings
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.worlds import copy_tables

TABLES = ("linkage_records", "linkage_model", "term_frequencies", "scored_pairs")
SURE = "select l.record_id, r.record_id from identity.scored_pairs join identity.linkage_records as l on record_no_l = l.record_no join identity.linkage_records as r on record_no_r = r.record_no where {} order by match_probability {}, l.record_id limit {}"


@pytest.fixture
def decided(sample: DuckDBSession, session: DuckDBSession, project: Project, tmp_path: Path) -> TableRun:
    """Twenty sure pairs and five doubtful ones as must_links, five sure ones as cannot_links, one unknown."""
    copy_tables(sample, session, tuple(f"identity.{name}" for name in TABLES))
    musts = session.rows(parse(SURE.format("true", "desc", 20)))
    doubtful = session.rows(parse(SURE.format("match_probability < 0.9", "asc", 5)))
    wrong = session.rows(parse(SURE.format("match_probability < 0.99999", "desc", 5)))
    lines = [f"must_link,{a},{b},ann,2026-11-15," for a, b in [*musts, *doubtful, ("x:1", "x:2")]]
    lines += [f"cannot_link,{a},{b},ann,2026-11-15," for a, b in wrong]
    (tmp_path / "steward").mkdir()
    header = "decision,record_id_l,record_id_r,decided_by,decided_on,reason"
    (tmp_path / "steward" / "decisions.csv").write_text("\n".join([header, *lines]) + "\n")
    table = load_catalogue(project)["identity.linkage_accuracy"]
    found = replace(project, seeds=tmp_path, suites={})
    return TableRun(table, session, found, load_settings(), (date(2026, 11, 15),), "run")


def test_decided_pairs_tell_precision_and_recall(decided: TableRun) -> None:
    decided.table.build(decided)
    rows = decided.session.rows(parse("select * from identity.linkage_accuracy order by threshold"))
    assert [row[1:3] for row in rows] == [(25, 5)] * 8
    at_merge = next(row for row in rows if row[0] == 0.9)
    assert at_merge[3] == pytest.approx(20 / 25)
    assert at_merge[6] == pytest.approx(20 / 25)
    assert all(low <= share <= high for row in rows for share, low, high in (row[3:6], row[6:9]))
    assert "data:image/png" in str(decided.metadata["precision and recall"].md_str)


def test_without_decisions_nothing_is_claimed(decided: TableRun) -> None:
    (decided.project.seeds / "steward" / "decisions.csv").unlink()
    decided.table.build(decided)
    assert decided.rows == 0


@pytest.mark.parametrize(("hits", "low", "high"), [(0, 0.0, 0.2775), (5, 0.2366, 0.7634), (10, 0.7225, 1.0)])
def test_the_interval_of_a_share_of_ten(session: DuckDBSession, hits: int, low: float, high: float) -> None:
    """Source: Wilson 1927; values of R's binom.confint(methods = "wilson")."""
    found = session.rows(parse(f"select wilson({hits}, 10, -1.96), wilson({hits}, 10, 1.96)"))[0]
    assert found == pytest.approx((low, high), abs=1e-4)
