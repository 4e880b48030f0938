from datetime import date
from typing import Any

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Source
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import load_settings
from cdp_pipeline.sql.lineage import parse

DAY = date(2026, 11, 15)
COLUMNS = {"id": {}, "tel": {"type": "phone"}, "mail": {"type": "email"}, "zip": {"type": "postcode"}}
TABLE = {
    "extract": {"format": "csv", "path": "s/{date}/t.csv", "load": "snapshot"},
    "key": ["id"],
    "columns": COLUMNS,
}


def _build(session: DuckDBSession, project: Project, *rows: tuple[Any, ...]) -> TableRun:
    names = dict.fromkeys(COLUMNS, "varchar")
    session.stage_rows("lines", {**names, "_extract_date": "date"}, [(*row, DAY) for row in rows])
    session.replace_table("raw.s__t", parse("from lines"), lambda name: None)
    source = Source.model_validate({"source": "s", "tables": {"t": TABLE}})
    changed = type(project)(**{**project.__dict__, "sources": {"s": source}})
    table = load_catalogue(project)["staging.parsed_values"]
    run = TableRun(table, session, changed, load_settings(), (DAY,), "run")
    table.build(run)
    return run


def test_each_new_value_is_parsed_once_with_the_region_of_its_record(
    run_of_a_day: DuckDBSession, project: Project
) -> None:
    first = (
        ("1", "0612345678", "plain@example.fr", "75001"),
        ("2", " 0612345678 ", "zoe@exämple.fr", "75001"),
        ("3", "0692123456", None, "97400"),
        ("4", "n/a", "nobody", None),
    )
    run = _build(run_of_a_day, project, *first)
    assert run.metadata["values parsed by this run"] == 3
    asked = "select kind, value, region, parsed, line_type from staging.parsed_values order by kind, value"
    assert run_of_a_day.rows(parse(asked)) == [
        ("email", "zoe@exämple.fr", "", "zoe@xn--exmple-cua.fr", None),
        ("phone", "0612345678", "FR", "+33612345678", "mobile"),
        ("phone", "0692123456", "RE", "+262692123456", "mobile"),
    ]
    again = _build(run_of_a_day, project, *first, ("5", "12345", None, None))
    assert again.metadata["values parsed by this run"] == 1
    assert again.rows == 4
