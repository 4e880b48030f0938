import pytest

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse, parse_select
from cdp_pipeline.sql.own_queries import as_of, own_query_faults

COLUMNS = {
    "metrics.profile_metrics": {"as_of_day": "DATE", "profile_id": "VARCHAR", "frequency": "BIGINT"},
    "profile.timeline": {"profile_id": "VARCHAR", "occurred_on": "DATE"},
}
OF_A_DAY = "select profile_id from metrics.profile_metrics join run_days on as_of_day = day"


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        (OF_A_DAY, None),
        (f"with run as ({OF_A_DAY}) select profile_id from run", None),
        ("select profile_id from metrics.profile_metrics", "reads no `run_days`"),
        (f"{OF_A_DAY} where frequncy > 3", "column 'frequncy' .* did you mean 'frequency'"),
        (OF_A_DAY.replace("profile_metrics", "profile_metricz"), "`metrics.profile_metricz` .* did you mean 'metrics.profile_metrics'"),
        (f"{OF_A_DAY} where random() < 0.5", "`rand` answers otherwise|`random` answers otherwise"),
        (f"{OF_A_DAY} where current_date > day", "`current_date` answers otherwise"),
        (f"{OF_A_DAY} where getenv('HOME') = profile_id", "`getenv` answers otherwise"),
        (f"{OF_A_DAY} where exists (select 1 from read_csv('/etc/passwd'))", "is no table of the pipeline"),
        (f'{OF_A_DAY} where exists (select 1 from "a.csv") and exists (with "a.csv" as (select 1) select * from "a.csv")', "`a.csv` is no table"),
        ("with run_days as (select date '2026-01-01' as day) select profile_id from metrics.profile_metrics join run_days on as_of_day = day", "reads no `run_days`"),
    ],
)  # fmt: skip
def test_a_query_reads_the_pipelines_tables_as_of_a_day(sql: str, fault: str | None) -> None:
    found = list(own_query_faults(parse_select(sql), COLUMNS))
    if fault is None:
        assert found == []
    else:
        with pytest.raises(ValueError, match=fault):
            raise ValueError("; ".join(found))


def test_nothing_later_than_the_day_is_read(run_of_a_day: DuckDBSession) -> None:
    touches = "select unnest(['before', 'after']) as profile_id, unnest([date '2026-11-15', date '2026-11-16']) as occurred_on"
    run_of_a_day.replace_table("profile.timeline", parse(touches), unaudited)
    query = parse_select("select t.profile_id from profile.timeline as t cross join run_days")
    assert run_of_a_day.rows(as_of(query)) == [("before",)]
    assert len(run_of_a_day.rows(query)) == 2
