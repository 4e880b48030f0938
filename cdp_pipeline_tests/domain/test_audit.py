from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.audit import measures_select, patterns_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

TABLE = Table.model_validate(
    {
        "extract": {"format": "csv", "path": "{date}", "load": "append"},
        "key": ["a"],
        "columns": {"a": {}, "mail": {"type": "email"}},
    }
)
ROWS = "select * from (values ('x1', 'a@b.fr', date '2026-11-15', 1), ('y22', null, date '2026-11-15', 2)) as t(a, mail, _extract_date, _line)"


def test_measures_tell_no_value_of_a_personal_column(session: DuckDBSession) -> None:
    session.replace_table("staging.s__t", parse(ROWS), lambda name: None)
    ((rows, _, *measures),) = session.rows(measures_select("s__t", TABLE))
    assert rows == 2
    assert measures == [2, 2, "x1", "y22", 1, 1, None, None]


def test_patterns_stand_for_values(session: DuckDBSession) -> None:
    session.replace_table("raw.s__t", parse(ROWS), lambda name: None)
    assert sorted(session.rows(patterns_select("s__t", TABLE))) == [("a9", "a@a.a"), ("a99", None)]
