"""What every engine's session keeps to (`resources.warehouse.Session`), on DuckDB and on Spark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cdp_pipeline.domain.expressions import column, literal
from cdp_pipeline.resources.warehouse import Session, Warehouse, WarehouseError
from cdp_pipeline.sql.lineage import parse


@pytest.fixture
def session(any_session: Session) -> Session:
    return any_session


def _accept(building: str) -> None:
    """An audit that finds nothing wrong."""


def _refuse(building: str) -> None:
    raise ValueError(building)


def test_a_table_is_replaced_whole(session: Session) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), _accept)
    assert session.replace_table("raw.t", parse("select 2 as a union all select 3"), _accept) == 2
    assert session.rows(parse("select a from raw.t order by a")) == [(2,), (3,)]


def test_a_refused_table_leaves_the_standing_one_and_nothing_beside_it(session: Session) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), _accept)
    with pytest.raises(ValueError, match="raw.t__building"):
        session.replace_table("raw.t", parse("select 2 as a"), _refuse)
    assert session.rows(parse("select a from raw.t")) == [(1,)]
    assert session.columns("raw.t__building") == {}


def test_the_audit_sees_the_new_rows(session: Session) -> None:
    seen = []
    session.replace_table(
        "raw.t",
        parse("select 7 as a"),
        lambda name: seen.extend(session.rows(parse(f"select a from {name}"))),
    )
    assert seen == [(7,)]


def test_a_slice_is_replaced_alone(session: Session) -> None:
    session.replace_table("raw.t", parse("select 1 as day, 'old' as v union all select 2, 'old'"), _accept)
    where = column("day").eq(literal(2))
    session.replace_slice("raw.t", parse("select 2 as day, 'new' as v"), where, _accept)
    assert session.rows(parse("select day, v from raw.t order by day")) == [(1, "old"), (2, "new")]


def test_a_refused_slice_changes_nothing(session: Session) -> None:
    session.replace_table("raw.t", parse("select 1 as day"), _accept)
    with pytest.raises(ValueError, match="building"):
        session.replace_slice(
            "raw.t", parse("select 1 as day union all select 1"), column("day").eq(literal(1)), _refuse
        )
    assert session.rows(parse("select day from raw.t")) == [(1,)]


def test_a_new_column_in_a_slice_is_kept(session: Session) -> None:
    session.replace_table("raw.t", parse("select 1 as day"), _accept)
    session.replace_slice("raw.t", parse("select 2 as day, 'x' as extra"), column("day").eq(literal(2)), _accept)
    assert session.rows(parse("select day, extra from raw.t order by day")) == [(1, None), (2, "x")]


def test_a_file_is_exported_for_its_owner_only(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "out" / "list.csv"
    session.export_private(parse("select 1 as a"), path)
    assert path.read_text() == "a\n1\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["list.csv"]


def test_rows_are_staged_with_their_types(session: Session) -> None:
    session.stage_rows("few", {"a": "bigint", "b": "date"}, [("1", "2026-01-01"), (None, None)])
    assert session.columns("few") == {"a": "BIGINT", "b": "DATE"}


def test_rows_of_a_table_that_was_written_day_by_day_are_deleted(session: Session) -> None:
    session.replace_table("raw.t", parse("select 1 as day, 'a' as v union all select 1, 'b'"), _accept)
    session.append("raw.t", parse("select 2 as day, 'a' as v"))
    session.append("raw.t", parse("select 3 as day, 'b' as v"))
    session.delete("raw.t", column("v").eq(literal("a")))
    assert session.rows(parse("select day, v from raw.t order by day")) == [(1, "b"), (3, "b")]
    session.delete("raw.t", column("v").eq(literal("b")))
    assert session.rows(parse("select day, v from raw.t")) == []
    assert list(session.columns("raw.t")) == ["day", "v"]


def test_several_tables_change_together_or_not_at_all(session: Session) -> None:
    session.replace_table("raw.t", parse("select 1 as a"), _accept)
    session.replace_table("raw.u", parse("select 1 as a"), _accept)
    with pytest.raises(ZeroDivisionError), session.in_one_step():
        session.append("raw.t", parse("select 2 as a"))
        session.delete("raw.u", column("a").eq(literal(1)))
        assert session.rows(parse("select count(*) from raw.t")) == [(2,)]
        raise ZeroDivisionError
    assert session.rows(parse("select a from raw.t")) == [(1,)]
    assert session.rows(parse("select a from raw.u")) == [(1,)]


def test_rows_are_added_to_what_is_staged(session: Session) -> None:
    session.stage("part", parse("select 1 as a, 'x' as b"))
    assert session.append("part", parse("select 'y' as b, 2 as a")) == 1
    session.append("part", parse("select a + 2 as a, b from part"))
    assert session.rows(parse("select a, b from part order by a")) == [(1, "x"), (2, "y"), (3, "x"), (4, "y")]


def test_a_query_after_another_makes_a_table(session: Session) -> None:
    def parts() -> Iterator[object]:
        """Each part is staged once the one before is written."""
        for number in range(3):
            session.stage("part", parse(f"select {number} as a"))
            yield parse("select a from part")

    assert session.replace_table("raw.t", parts(), _accept) == 3
    assert session.rows(parse("select a from raw.t order by a")) == [(0,), (1,), (2,)]


def test_a_function_maps_rows_into_a_table(session: Session) -> None:
    def doubled(batch: pa.Table) -> pa.Table:
        """The number twice."""
        return batch.append_column("b", pa.array([2 * a for a in batch.column("a").to_pylist()], pa.int64()))

    session.replace_table("raw.t", parse("select cast(0 as bigint) as a, cast(0 as bigint) as b"), _accept)
    session.stage_rows("given", {"a": "bigint"}, [(number,) for number in range(1, 4)])
    session.append_mapped("raw.t", parse("select a from given"), doubled)
    assert session.rows(parse("select a, b from raw.t order by a")) == [(0, 0), (1, 2), (2, 4), (3, 6)]


def test_a_file_is_read_with_its_reader(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("a,b\n1,x\n2,y\n")

    def reader(embedded: Session, scratch: Path) -> object:
        """The rows of the file."""
        return parse(f"select a, b from read_csv('{path}', all_varchar = true, header = true)")

    rows = session.rows_of_files([reader], {"a": "varchar", "b": "varchar"}, tmp_path)
    assert sorted(session.rows(rows)) == [("1", "x"), ("2", "y")]
    assert session.rows(session.rows_of_files([], {"a": "varchar"}, tmp_path)) == []


@pytest.mark.spark
def test_of_two_sessions_that_write_on_spark_the_second_is_refused(spark_warehouse: Warehouse) -> None:
    with spark_warehouse.session() as one, spark_warehouse.session() as other:
        one.replace_table("raw.t", parse("select 1 as a"), _accept)
        with pytest.raises(WarehouseError, match="another run has changed tables"):
            other.replace_table("raw.t", parse("select 2 as a"), _accept)
        assert one.rows(parse("select a from raw.t")) == [(1,)]


@pytest.mark.spark
def test_what_a_session_on_spark_wrote_in_vain_is_deleted(spark_warehouse: Any) -> None:
    with spark_warehouse.session() as session:
        session.replace_table("raw.in_vain", parse("select 1 as a"), _accept)
        with pytest.raises(ValueError, match="building"):
            session.replace_table("raw.in_vain", parse("select 2 as a"), _refuse)
    assert len(list((Path(spark_warehouse.location) / "raw" / "in_vain").iterdir())) == 1
    assert list((Path(spark_warehouse.location) / "scratch").iterdir()) == []


def test_a_function_is_given_whole_groups(session: Session) -> None:
    def sizes(rows: pa.Table) -> pa.Table:
        """Each value with how many rows of its group were given at once."""
        groups = rows.column("g").to_pylist()
        return pa.table({"v": rows.column("v"), "n": pa.array(map(groups.count, groups), pa.int64())})

    session.stage_rows("given", {"g": "bigint", "v": "bigint"}, [(number % 3, number) for number in range(9)])
    types = {"v": "bigint", "n": "bigint"}
    session.stage_grouped("sized", parse("select g, v from given"), "g", sizes, types)
    assert sorted(session.rows(parse("select v, n from sized"))) == [(number, 3) for number in range(9)]
    session.stage_grouped("sized", parse("select g, v from given where false"), "g", sizes, types)
    assert session.rows(parse("select v, n from sized")) == []


def test_components_bear_the_name_of_their_smallest_node(session: Session) -> None:
    session.stage_rows("nodes", {"node": "bigint"}, [(node,) for node in (-5, 1, 2, 3, 7, 9)])
    pairs = [(9, 2), (2, 3), (7, -5)]
    session.stage_rows("ends", {"node_l": "bigint", "node_r": "bigint"}, pairs)
    session.components("found", parse("select node from nodes"), parse("select node_l, node_r from ends"))
    expected = [(-5, -5), (1, 1), (2, 2), (3, 2), (7, -5), (9, 2)]
    assert sorted(session.rows(parse("select node, component from found"))) == expected
    session.components("alone", parse("select node from nodes"), parse("select node_l, node_r from ends where false"))
    assert sorted(session.rows(parse("select node, component from alone"))) == [(row[0], row[0]) for row in expected]
