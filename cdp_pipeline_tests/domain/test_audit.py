from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.audit import measures_select, patterns_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

TABLE = Table.model_validate(
    {
        "extract": {"format": "csv", "path": "{date}", "load": "append"},
        "key": ["a"],
        "columns": {"a": {}, "mail": {"type": "email"}, "n": {"type": "integer"}},
    }
)
ROWS = "select * from (values ('x1', 'a@b.fr', 3, date '2026-11-15', 1), ('y22', null, 12, date '2026-11-15', 2)) as t(a, mail, n, _extract_date, _line)"


def test_measures_tell_values_of_impersonal_numbers_alone(session: DuckDBSession) -> None:
    session.replace_table("staging.s__t", parse(ROWS), lambda name: None)
    ((rows, _, *measures),) = session.rows(measures_select("s__t", TABLE))
    assert rows == 2
    assert measures == [2, 2, None, None, 1, 1, None, None, 2, 2, "3", "12"]


def test_patterns_stand_for_values(session: DuckDBSession) -> None:
    texts = f"select * replace (cast(n as varchar) as n) from ({ROWS})"
    session.replace_table("raw.s__t", parse(texts), lambda name: None)
    assert sorted(session.rows(patterns_select("s__t", TABLE))) == [("a9", "a@a.a", "9"), ("a99", None, "99")]
