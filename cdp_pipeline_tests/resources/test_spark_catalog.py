"""What others find of the tables on Spark."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdp_pipeline.domain.expressions import column, literal
from cdp_pipeline.resources.warehouse import Session, Warehouse, unaudited
from cdp_pipeline.sql.lineage import parse

pytestmark = pytest.mark.spark
Shown = Callable[[str], list[dict[str, Any]]]


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(list(row.values())))


@pytest.fixture
def asked(spark_warehouse: Warehouse, tmp_path: Path) -> dict[str, Any]:
    return {**spark_warehouse.model_dump(), "location": str(tmp_path), "table_format": "delta", "database": "cdp"}


@pytest.fixture
def session(asked: dict[str, Any]) -> Iterator[Session]:
    from cdp_pipeline.resources.spark_warehouse import SparkWarehouse

    with SparkWarehouse(**asked).session() as opened:
        yield opened
        for database in ("cdp_raw", "cdp_staging"):
            opened.spark.sql(f"drop database if exists {database} cascade")


@pytest.fixture
def delta(tmp_path: Path) -> Shown:
    """The rows of a table as Delta Lake's own reader has them."""
    from deltalake import DeltaTable

    def rows(table: str) -> list[dict[str, Any]]:
        return _in_order(DeltaTable(str(tmp_path / table.replace(".", "/"))).to_pyarrow_table().to_pylist())

    return rows


@pytest.fixture
def view(session: Any) -> Shown:
    """The rows of a table as another session of the cluster has them, by its name in the catalog."""

    def rows(table: str) -> list[dict[str, Any]]:
        return _in_order([row.asDict() for row in session.spark.newSession().table(f"cdp_{table}").collect()])

    return rows


@pytest.fixture(params=["delta", "view"])
def shown(request: pytest.FixtureRequest) -> Shown:
    found: Shown = request.getfixturevalue(request.param)
    return found


def test_a_table_is_shown_with_what_a_replacement_left(session: Session, shown: Shown) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), unaudited)
    session.replace_table("raw.t", parse("select 2 as a union all select 3"), unaudited)
    assert shown("raw.t") == [{"a": 2}, {"a": 3}]


def test_a_day_is_shown_in_the_place_of_the_one_before(session: Session, shown: Shown) -> None:
    session.replace_table("raw.t", parse("select 1 as day, 'x' as v union all select 2, 'y'"), unaudited)
    session.append("raw.t", parse("select 3 as day, 'z' as v"))
    where = parse("select day = 2").expressions[0]
    session.replace_slice("raw.t", parse("select 2 as day, 'new' as v"), where, unaudited)
    assert shown("raw.t") == [{"day": 1, "v": "x"}, {"day": 2, "v": "new"}, {"day": 3, "v": "z"}]


def test_a_column_that_came_later_is_null_in_older_rows(session: Session, shown: Shown) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), unaudited)
    session.append("raw.t", parse("select 2 as a, timestamp '2026-01-02 03:04:05' as b"))
    first, second = shown("raw.t")
    assert (first["b"], str(second["b"])) == (None, "2026-01-02 03:04:05")


def test_a_table_of_other_columns_takes_the_place(session: Session, shown: Shown) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), unaudited)
    session.replace_table("raw.t", parse("select 'one' as a, 0.5::double as b"), unaudited)
    assert shown("raw.t") == [{"a": "one", "b": 0.5}]


def test_rows_that_are_deleted_are_shown_no_more(session: Session, shown: Shown) -> None:
    session.replace_table("raw.t", parse("select 1 as a union all select 2"), unaudited)
    session.delete("raw.t", column("a").eq(literal(1)))
    assert shown("raw.t") == [{"a": 2}]
    session.delete("raw.t", column("a").eq(literal(2)))
    assert shown("raw.t") == []


def test_a_run_that_ended_before_it_showed_a_table_is_made_good_by_the_next(
    session: Session, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cdp_pipeline.resources.spark_catalog import SparkCatalog

    session.replace_table("raw.t", parse("select 1 as a"), unaudited)

    def end(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(SparkCatalog, "_show", end)
        session.replace_table("raw.t", parse("select 2 as a"), unaudited)
    session.replace_table("staging.t", parse("select 3 as a"), unaudited)
    assert (shown("raw.t"), shown("staging.t")) == ([{"a": 2}], [{"a": 3}])


def test_an_erasure_leaves_the_log_of_what_stands(asked: dict[str, Any], session: Session, delta: Shown) -> None:
    from cdp_pipeline.resources.spark_warehouse import SparkWarehouse

    session.replace_table("raw.t", parse("select 1 as a union all select 2"), unaudited)
    with SparkWarehouse(**asked).rewriting(session, {"raw.t": parse("select 2 as a")}):
        pass
    assert delta("raw.t") == [{"a": 2}]


def test_a_deployment_that_asks_for_nothing_is_shown_to_nobody(spark_warehouse: Warehouse, tmp_path: Path) -> None:
    from cdp_pipeline.resources.spark_warehouse import SparkWarehouse

    with SparkWarehouse(**{**spark_warehouse.model_dump(), "location": str(tmp_path)}).session() as opened:
        opened.replace_table("raw.t", parse("select 1 as a"), unaudited)
    assert len(list((tmp_path / "raw" / "t").iterdir())) == 1, "the part alone"
    assert not list(tmp_path.rglob("_delta_log"))


def test_what_is_asked_for_no_more_is_taken_away(asked: dict[str, Any], tmp_path: Path) -> None:
    from cdp_pipeline.resources.spark_warehouse import SparkWarehouse

    with SparkWarehouse(**asked).session() as opened:
        opened.replace_table("raw.t", parse("select 1 as a"), unaudited)
    with SparkWarehouse(**{**asked, "table_format": "parquet", "database": None}).session() as opened:
        opened.replace_table("staging.t", parse("select 2 as a"), unaudited)
        assert opened.rows(parse("select a from raw.t")) == [(1,)]
        assert not opened.spark.catalog.tableExists("cdp_raw.t")
    assert not list(tmp_path.rglob("_delta_log")) and not (tmp_path / "shown.json").exists()
    with SparkWarehouse(**asked).session() as opened:
        opened.replace_table("staging.t", parse("select 3 as a"), unaudited)
        assert [row.a for row in opened.spark.table("cdp_raw.t").collect()] == [1]
        for database in ("cdp_raw", "cdp_staging"):
            opened.spark.sql(f"drop database if exists {database} cascade")
    assert len(list(tmp_path.rglob("_delta_log"))) == 2
