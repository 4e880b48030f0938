"""The SQL of DuckDB on Spark: the macros' case book, every `.sql` file, and what means something else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import load_project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import Session, Warehouse
from cdp_pipeline.settings import REPOSITORY
from cdp_pipeline.sql.files import MARKER
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline.sql.spark import spark_sql

pytestmark = pytest.mark.spark
BOOK = yaml.safe_load((Path(__file__).parent.parent / "cases" / "macros.yml").read_text())
FILES = sorted(p for p in (REPOSITORY / "cdp_pipeline").rglob("*.sql") if p.parent.name != "sql")
"""All but the macros, and the demo's, which the embedded engine alone makes."""
SCHEMAS = {name: table.sidecar.types for name, table in load_catalogue(load_project(REPOSITORY / "seeds")).items()}
VALUES = (
    "'Jean-Pierre'",
    "'DUPONT Jean'",
    "'أحمد Щукин'",
    "'12/03/2020'",
    "'2020-03-29 02:30'",
    "'a.b+c@gmail.com'",
    "' x '",
    "'12.50'",
    "null",
)
CALLS = (
    "fold_name({})", "fold_text({})", "clean_name({})", "clean_email({})", "clean_country({})", "clean_postcode({}, null)",
    "parse_date({}, ['%d/%m/%Y'])", "parse_iso({}, 'Europe/Paris')", "parse_decimal({})", "parse_integer({})", "title_case({})",
    "family_of({})", "given_of({})", "sound_key(fold_name({}))", "record_number({})", "sample_place({}, 's')", "pattern_of({})",
)  # fmt: skip
SHAPES = (
    "select date '2026-03-01' - date '2026-02-01' as v",
    "select timestamp '2026-01-31 10:00:00' + to_months(1) as v",
    "select isodow(date '2026-11-22') * 10 + dayofweek(date '2026-11-22') as v",
    "select cast(1 as decimal(9, 2)) / 3 as v",
    "select max_by(a, b) as v from (values ('x', 1), (null, 2)) as t(a, b)",
    "select min_by(a, (b, a)) as v from (values ('y', 1), ('x', 1)) as t(a, b)",
    "select list(a order by b) as v from (values ('x', 2), ('y', 1)) as t(a, b)",
    "select list(a order by b) filter (where b > 1) as v from (values ('x', 2), ('y', 1), ('z', 3)) as t(a, b)",
    "select cast((timestamp '2026-03-29 01:30:00' at time zone 'Europe/Paris') at time zone 'UTC' as timestamp) as v",
    "select cast(timestamptz '2026-03-29 01:30:00+02' at time zone 'Europe/Paris' as timestamp) as v",
    "select string_agg(a, ' > ' order by b) as v from (values ('x', 2), ('y', 1)) as t(a, b)",
    "select [1, 2, 3][2] as v",
    "select list_extract(['a'], 5) as v",
    "select array_length([1, 2, 3][1:2]) as v",
    "select a[greatest(len(a) - 1, 1):] as v from (select ['x', 'y', 'z'] as a) as t",
    "select a[b + 1:3] as v from (select ['x', 'y', 'z', 'w'] as a, 1 as b) as t",
    "select list_filter(a, lambda x, i : i = 1 or x <> a[i - 1]) as v from (select ['x', 'x', 'y', 'x'] as a) as t",
    "select list_transform(a, lambda x, i : x || coalesce(a[i + 1], '.')) as v from (select ['x', 'y'] as a) as t",
    "select t.w.x.n as v from (select unnest(list_transform([1, 2], lambda e, i : {'x': {'n': cast(e * i as bigint)}})) as w) as t order by 1",
    "select len(list_sort(list({'m': m, 'p': p}) filter (where p > 0))[1:1]) as v from (values (2, 1), (1, 2), (0, 0)) as t(m, p)",
    "select list_sort(list({'m': m, 'p': p}))[1].p as v from (values (2, 1), (1, 2)) as t(m, p)",
    "select epoch(timestamp '2026-01-02 00:00:00' - timestamp '2026-01-01 00:00:00') as v",
    "select sum(x) filter (where x > 1) over () as v from (values (1), (2), (3)) as t(x) limit 1",
    "select row_number() over () as v",
    "select cast(unnest([1, 2]) as bigint) as v order by 1",
    "select local_time(timestamp '2026-07-01 10:00:00', 'Europe/Paris') as v",
    "with t as (select 1 as v), u as (with t as (select 2 as v) select v from t) select t.v + u.v as v from t cross join u",
    "with t as not materialized (select 1 as v) select t.v + u.v as v from t cross join t as u",
    "select date_trunc('minute', timestamp '2026-03-29 01:30:12') as v",
    "select upper('straße') as v",
    "select jaro_winkler_similarity('sw1a 1aa', 'swa 1aa') as v",
    "select damerau_levenshtein('19800312', '19803012') as v",
    "select names[2] as a, names[place] as b, names[place + 1] as c, names[9] as d from (select ['a', 'b', 'c'] as names, cast(2 as integer) as place)",
    "select names[cast(place as integer)] as a, names[1 + cast(place as integer)] as b from (select ['a', 'b', 'c'] as names, '2' as place)",
    "select homes[levels.level].area as v from (select [struct_pack(area := 'a'), struct_pack(area := 'b')] as homes) cross join (select cast(2 as bigint) as level) as levels",
)


@pytest.fixture(scope="module")
def spark(spark_warehouse: Warehouse) -> Iterator[Session]:
    with spark_warehouse.session() as opened:
        yield opened


@pytest.mark.parametrize(
    ("call", "expected"), [(case["call"], case["gives"]) for case in BOOK], ids=lambda value: str(value)[:60]
)
def test_a_macro_gives_what_the_case_book_says(spark: Session, call: str, expected: Any) -> None:
    found = spark.rows(parse(f"select {call} as v"))[0][0]
    assert (str(found) if found is not None and not isinstance(found, bool) else found) == expected


@pytest.mark.parametrize("call", CALLS)
def test_a_macro_gives_the_same_on_both_engines(spark: Session, session: DuckDBSession, call: str) -> None:
    query = parse("select " + ", ".join(f"{call.format(value)} as v{n}" for n, value in enumerate(VALUES)))
    assert spark.rows(query) == session.rows(query)


@pytest.mark.parametrize("sql", SHAPES)
def test_a_query_means_the_same_on_both_engines(spark: Session, session: DuckDBSession, sql: str) -> None:
    found, known = spark.rows(parse(sql)), session.rows(parse(sql))
    assert [[_plain(value) for value in row] for row in found] == [[_plain(value) for value in row] for row in known]


def _plain(value: Any) -> Any:
    return round(float(value), 9) if isinstance(value, float) or type(value).__name__ == "Decimal" else value


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_every_sql_file_is_told_as_spark_reads_it(spark: Session, path: Path) -> None:
    from pyspark.errors import AnalysisException, ParseException
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    assert active is not None
    _, *named = MARKER.split(path.read_text(encoding="utf-8"))
    for text in named[1::2] or [path.read_text(encoding="utf-8")]:
        told = spark_sql(parse(text), SCHEMAS)
        try:
            active.sql(f"explain {told}")
        except ParseException:
            raise
        except AnalysisException as missing:  # what a run stages is not there
            assert "CANNOT" not in str(missing.getCondition())
