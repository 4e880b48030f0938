from pathlib import Path

from sqlglot import exp

from cdp_pipeline.sql.files import beside, named_beside


def test_given_ctes_come_before_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "t.sql").write_text("with a as (select * from rules) select * from a")
    query = beside(str(tmp_path / "t.py"), rules=exp.select("1 AS x"))
    assert [cte.alias for cte in query.ctes] == ["rules", "a"]


def test_named_queries_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "t.sql").write_text("-- name: a\nselect 1\n\n-- name: b\nselect 2\n")
    assert {name: query.sql() for name, query in named_beside(str(tmp_path / "t.py")).items()} == {
        "a": "SELECT 1",
        "b": "SELECT 2",
    }
