from datetime import date
from pathlib import Path
from typing import Any

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.raw.delivered import raw_table
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Source
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

DAY = date(2026, 11, 15)
TABLE = {
    "extract": {"format": "csv", "path": "s/{date}/*.csv", "load": "append"},
    "key": ["a"],
    "columns": {"a": {}, "b": {"optional": True}},
}


def _read(session: DuckDBSession, project: Project, home: Path, **files: str) -> TableRun:
    """The raw table of one source whose day has these files."""
    folder = home / "data" / "landing" / "s" / DAY.isoformat()
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    source = Source.model_validate({"source": "s", "tables": {"t": TABLE}})
    changed = type(project)(**{**project.__dict__, "sources": {"s": source}})
    arguments: tuple[Any, ...] = (session, changed, Settings(home, 1, "1GB"), (DAY,), "run")
    extracts = load_catalogue(project)["quality.extracts"]
    extracts.build(TableRun(extracts, *arguments))
    table = raw_table("s__t", source, source.tables["t"])
    run = TableRun(table, *arguments)
    table.build(run)
    return run


def test_every_line_knows_file_and_place(sample: DuckDBSession) -> None:
    sql = """
    select count(*) - count(distinct (_extract_date, _file, _line)) from raw.store_pos__members
    """
    assert sample.rows(parse(sql)) == [(0,)]


def test_new_and_missing_columns_are_told_and_shift_nothing(
    run_of_a_day: DuckDBSession, project: Project, tmp_path: Path
) -> None:
    run = _read(run_of_a_day, project, tmp_path, one="a,new,b\n1,x,2\n", two="a\n3\n")
    (check,) = [check for check in run.checks if "as_configured" in check.expectation.name]
    assert (check.passed, check.observed) == (False, "new: ['new']; missing: ['b']")
    assert not check.blocks
    asked = "select a, b, new from raw.s__t order by a"
    assert run_of_a_day.rows(parse(asked)) == [("1", "2", "x"), ("3", None, None)]


def test_files_as_configured_pass(run_of_a_day: DuckDBSession, project: Project, tmp_path: Path) -> None:
    run = _read(run_of_a_day, project, tmp_path, one="a,b\n1,2\n")
    assert [check.passed for check in run.checks] == [True]
