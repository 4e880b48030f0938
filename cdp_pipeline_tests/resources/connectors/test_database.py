import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.connectors.failures import FetchFailed
from cdp_pipeline.resources.connectors.landed import window_in
from cdp_pipeline_tests.resources.connectors.fetching import CURSOR, Fetching, table_of
from cdp_pipeline_tests.servers import Sql, emptied, free_port

pytestmark = pytest.mark.postgres


@pytest.fixture
def sql(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Sql:
    monkeypatch.setenv("ERP_URL", postgres_url)
    return emptied(postgres_url)


def people(sql: Sql, changed: str = "timestamptz") -> None:
    sql(f"create table people (id bigint primary key, name text, changed {changed})")


def test_every_value_lands_as_the_database_writes_it(sql: Sql, tmp_path: Path) -> None:
    sql(
        """create table people (id bigint, code text, amount numeric, price numeric(10, 2), ok boolean, born date,
           seen timestamp, at timestamptz, tags text[], doc jsonb, span interval, bytes bytea, "Prénom" text);
           insert into people values (1, '007', 1.10, 2.50, true, '0099-01-02', '2026-01-02 03:04:05.6',
           '2026-01-02 03:04:05+00', '{a,b}', '{"a": 1.10}', '1 day', '\\x00ff', 'É');
           insert into people (id, code) values (12345678901234567, 'NA')"""
    )
    whole = {key: value for key, value in CURSOR.items() if key != "cursor"}
    fetching = Fetching(tmp_path, table_of(whole, "snapshot"))
    assert fetching.day("2026-11-24").rows == 2
    one, two = fetching.landed("2026-11-24")
    assert two == ("12345678901234567", "NA", *[None] * 11)
    assert one == (
        "1", "007", "1.10", "2.50", "true", "0099-01-02", "2026-01-02 03:04:05.6",
        "2026-01-02 03:04:05+00", "{a,b}", '{"a": 1.10}', "1 day", "\\x00ff", "É",
    )  # fmt: skip


def test_each_day_takes_what_came_since_the_day_before(sql: Sql, tmp_path: Path) -> None:
    people(sql)
    sql(
        """insert into people values (1, 'a', '2020-01-01'), (2, 'b', '2026-11-22 12:00+01'),
           (3, 'c', '2026-11-23 23:59:59.999999+01'), (4, 'd', '2026-11-24 00:00+01'), (5, 'e', null)"""
    )
    fetching = Fetching(tmp_path, table_of(CURSOR))
    assert [fetching.day(day).rows for day in ("2026-11-22", "2026-11-23", "2026-11-24")] == [3, 2, 2]
    assert [[row[0] for row in fetching.landed(f"2026-11-2{n}")] for n in "234"] == [
        ["1", "2", "5"],
        ["3", "5"],
        ["4", "5"],
    ]


def test_a_day_without_a_run_is_no_gap(sql: Sql, tmp_path: Path) -> None:
    people(sql)
    sql("insert into people values (1, 'a', '2026-11-20'), (2, 'b', '2026-11-21 12:00+01')")
    fetching = Fetching(tmp_path, table_of(CURSOR))
    fetching.day("2026-11-20")
    fetching.day("2026-11-24")
    assert [row[0] for row in fetching.landed()] == ["1", "2"]


def test_a_window_is_fetched_once_for_what_changed_since_is_of_a_later_day(sql: Sql, tmp_path: Path) -> None:
    people(sql)
    sql("insert into people select i, 'n' || i, '2026-11-22 12:00+01' from generate_series(1, 1000) i")
    fetching = Fetching(tmp_path, table_of(CURSOR))
    fetching.day("2026-11-22")
    first = fetching.file("2026-11-22").read_bytes()
    sql(
        "update people set changed = '2026-11-23 12:00+01', name = 'new' where id <= 140; delete from people where id > 900"
    )
    assert fetching.day("2026-11-22") is None
    assert fetching.file("2026-11-22").read_bytes() == first
    assert fetching.day("2026-11-23").rows == 140


def test_the_same_rows_make_the_same_file_in_whatever_order_they_come(sql: Sql, tmp_path: Path) -> None:
    people(sql)
    sql("insert into people select i, 'n' || i, '2026-11-22 12:00+01' from generate_series(1, 1000) i")
    one, other = (Fetching(tmp_path / name, table_of(CURSOR)) for name in ("one", "other"))
    one.day("2026-11-22")
    sql("update people set name = name where id <= 140")  # they stand in other places of the table's files now
    other.day("2026-11-22")
    assert other.file("2026-11-22").read_bytes() == one.file("2026-11-22").read_bytes()
    assert one.file("2026-11-22").stat().st_mode & 0o777 == 0o600


def test_names_are_the_sources_own(sql: Sql, tmp_path: Path) -> None:
    names = ["select", 'a"b', "a_b", "name ", " name", "_dlt_id", "_dlt_x", "Größe", "x.y", "UPD at"]
    quoted = [name.replace('"', '""') for name in names]
    columns = ", ".join(f"\"{name}\" timestamptz default '2026-11-20'" for name in quoted)
    sql(f"create table people ({columns}); insert into people default values")
    fetching = Fetching(tmp_path, table_of({**CURSOR, "cursor": "UPD at"}, columns=("select",)))
    assert fetching.day("2026-11-22").rows == 1
    assert pq.read_schema(fetching.file("2026-11-22")).names == names


def test_names_that_differ_in_case_only_are_refused(sql: Sql, tmp_path: Path) -> None:
    sql('create table people (id bigint, "Name" text, name text, changed timestamptz)')
    with pytest.raises(FetchFailed, match=r"\['Name', 'name'\] differ in upper and lower case only"):
        Fetching(tmp_path, table_of(CURSOR)).day("2026-11-22")


def test_text_of_values_does_not_depend_on_the_role(sql: Sql, tmp_path: Path) -> None:
    sql("alter role cdp set datestyle = 'SQL, DMY'; alter role cdp set timezone = 'Asia/Kolkata'")
    try:
        sql(
            "create table people (id float8, changed timestamptz); insert into people values (0.1::float8 + 0.2::float8, '2026-04-03 12:00+00')"
        )
        fetching = Fetching(tmp_path, table_of(CURSOR))
        fetching.day("2026-11-22")
    finally:
        sql("alter role cdp reset all")
    assert fetching.landed() == [("0.30000000000000004", "2026-04-03 12:00:00+00")]


def test_times_without_a_zone_are_of_the_deployments(sql: Sql, tmp_path: Path) -> None:
    people(sql, "timestamp")
    sql("insert into people values (1, 'a', '2026-11-23 23:30'), (2, 'b', '2026-11-24 00:30')")
    fetching = Fetching(tmp_path, table_of(CURSOR))
    fetching.day("2026-11-23")
    assert [row[0] for row in fetching.landed("2026-11-23")] == ["1"]


def test_the_columns_own_zone_outranks_the_deployments(sql: Sql, tmp_path: Path) -> None:
    people(sql, "timestamp")
    sql("insert into people values (1, 'a', '2026-11-23 22:59'), (2, 'b', '2026-11-23 23:00')")
    content = table_of(CURSOR).model_dump(by_alias=True)
    content["columns"]["changed"] = {"type": "timestamp", "timezone": "UTC"}
    fetching = Fetching(tmp_path, Table.model_validate(content))
    assert [fetching.day(f"2026-11-2{n}").rows for n in "34"] == [1, 1]


def test_dates_and_numbers_are_cursors_too(sql: Sql, tmp_path: Path) -> None:
    people(sql, "date")
    sql("insert into people values (1, 'a', '2026-11-22'), (2, 'b', '2026-11-23'), (3, 'c', '2026-11-24')")
    by_date = Fetching(tmp_path / "dates", table_of(CURSOR))
    assert [by_date.day(f"2026-11-2{n}").rows for n in "34"] == [2, 1]
    by_number = Fetching(tmp_path / "numbers", table_of({**CURSOR, "cursor": "id"}))
    assert by_number.day("2026-11-22").rows == 3
    sql("insert into people values (4, 'd', null)")
    assert [by_number.day(f"2026-11-2{n}").rows for n in "34"] == [1, 0]
    assert window_in(by_number.file("2026-11-24")).start == 4
    from_two = Fetching(tmp_path / "from two", table_of({**CURSOR, "cursor": "id", "initial": 2}))
    assert from_two.day("2026-11-22").rows == 3


def test_what_is_committed_late_is_taken_by_the_overlap(sql: Sql, tmp_path: Path) -> None:
    people(sql)
    fetching = Fetching(tmp_path, table_of({**CURSOR, "overlap": 600}))
    fetching.day("2026-11-22")
    sql("insert into people values (1, 'late', '2026-11-22 23:55+01')")
    assert fetching.day("2026-11-23").rows == 1


def test_a_whole_table_is_of_the_newest_day_only(sql: Sql, tmp_path: Path) -> None:
    people(sql)
    whole = {key: value for key, value in CURSOR.items() if key != "cursor"}
    fetching = Fetching(tmp_path, table_of(whole, "snapshot"))
    assert fetching.day("2026-11-23") is None
    assert fetching.day("2026-11-24").rows == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from cdp_pipeline.resources.connectors import landed
import cdp_pipeline.resources.connectors as connectors
from cdp_pipeline_tests.resources.connectors.fetching import CURSOR, Fetching, table_of

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

at = sys.argv[2]
if at == "while reading":
    import dlt.destinations.impl.filesystem.filesystem as loader
    loader.FilesystemLoadJob.run = die
elif at == "before landing":
    connectors.land = die
elif at == "half written":
    landed.pq.ParquetWriter.close = die
Fetching(Path(sys.argv[1]), table_of(CURSOR)).day("2026-11-23")
die()
"""


@pytest.mark.parametrize("point", ["while reading", "before landing", "half written", "after landing"])
def test_a_killed_fetch_leaves_neither_gap_nor_double(sql: Sql, tmp_path: Path, point: str) -> None:
    people(sql)
    sql(
        """insert into people select i, 'n', '2026-11-22'::timestamptz + i * interval '10 seconds'
           from generate_series(1, 20000) i"""
    )
    fetching = Fetching(tmp_path, table_of(CURSOR))
    fetching.day("2026-11-22")
    before = fetching.landed()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), point], env={**os.environ}, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    if point != "after landing":
        assert fetching.landed() == before
    fetching.day("2026-11-23")
    fetching.day("2026-11-24")
    assert sorted(int(row[0]) for row in fetching.landed()) == list(range(1, 20001))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"table": "person"}, "no table or view 'person'"),
        ({"cursor": "changd"}, "no column 'changd'"),
        ({"cursor": "name"}, "use a column of times, dates or whole numbers"),
        ({"url_secret": "NOT_SET"}, "NOT_SET is not set"),
        ({"initial": 5}, "the cursor counts in times"),
    ],
)
def test_what_is_wrong_is_told(sql: Sql, tmp_path: Path, change: dict[str, str], told: str) -> None:
    people(sql)
    with pytest.raises(FetchFailed, match=told):
        Fetching(tmp_path, table_of({**CURSOR, **change})).day("2026-11-24")


def test_a_server_that_is_down_is_told_without_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_URL", f"postgresql+psycopg://cdp:geheim@127.0.0.1:{free_port()}/postgres")
    with pytest.raises(FetchFailed, match="refused") as failure:
        Fetching(tmp_path, table_of(CURSOR)).day("2026-11-24")
    assert "geheim" not in str(failure.value)


def test_a_password_that_breaks_the_address_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_URL", "postgresql+psycopg://cdp:pa@Gehe1m@127.0.0.1/postgres")
    with pytest.raises(FetchFailed, match="write %40") as failure:
        Fetching(tmp_path, table_of(CURSOR)).day("2026-11-24")
    assert "Gehe1m" not in str(failure.value)


def test_words_of_a_query_that_fails_are_not_repeated(sql: Sql, tmp_path: Path) -> None:
    sql(
        """create function refuse() returns timestamptz language plpgsql as
           $$ begin raise exception 'bad mail jean@example.org'; end $$;
           create view people as select 1 as id, refuse() as changed"""
    )
    with pytest.raises(FetchFailed, match="SQLSTATE P0001") as failure:
        Fetching(tmp_path, table_of(CURSOR)).day("2026-11-24")
    assert "jean" not in str(failure.value)


def test_a_landed_file_that_is_broken_is_named(sql: Sql, tmp_path: Path) -> None:
    people(sql)
    fetching = Fetching(tmp_path, table_of(CURSOR))
    fetching.file("2026-11-20").parent.mkdir(parents=True)
    fetching.file("2026-11-20").write_bytes(b"")
    with pytest.raises(FetchFailed, match=r"2026-11-20/people.parquet can't be read"):
        fetching.day("2026-11-24")
