import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.mapping import compile_expression

TABLE = Table.model_validate(
    {
        "extract": {"format": "csv", "path": "a/{date}/b.csv", "load": "snapshot"},
        "key": ["id"],
        "columns": {"id": {}, "name": {}},
    }
)


@pytest.mark.parametrize(
    "sql",
    [
        "name || '!'",
        "case when id = '1' then 'a' else 'b' end",
        "coalesce(name, id)",
        "cast(id as integer) + 1",
        "_line",
    ],
)
def test_expressions_over_the_columns_compile(sql: str) -> None:
    assert compile_expression(sql, TABLE) is not None


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("(select max(id) from raw.secrets)", "not allowed"),
        ("read_csv('/etc/passwd')", "not allowed"),
        ("getenv('HOME')", "not allowed"),
        ("nme", "'nme' is not among the columns"),
        ("name ||", "not a SQL expression"),
        ("drop table x", "not allowed"),
    ],
)
def test_what_is_no_expression_is_refused(sql: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        compile_expression(sql, TABLE)
