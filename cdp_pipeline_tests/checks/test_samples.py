import json

from cdp_pipeline.checks.samples import masked_sample
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession

SIDECAR = Sidecar.model_validate(
    {
        "description": "A table",
        "grain": "a line",
        "key": ["card"],
        "columns": {
            "card": {"type": "VARCHAR", "description": "A card"},
            "profile_id": {"type": "VARCHAR", "description": "A profile"},
            "kind": {"type": "VARCHAR", "description": "A word"},
            "birth_date": {"type": "DATE", "description": "A birth", "privacy": "quasi_identifier"},
            "_file": {"type": "VARCHAR", "description": "File"},
            "_line": {"type": "BIGINT", "description": "Line"},
        },
    }
)
ROW = (
    "select 'L100' as card, 'P12ab' as profile_id, 'sent' as kind, date '1980-02-03' as birth_date, "
    "'shop/a.csv' as _file, 7 as _line, 12.5 as difference, 'Ann' as who"
)


def test_ids_personal_values_and_unknown_texts_are_patterns(session: DuckDBSession) -> None:
    (row,) = json.loads(masked_sample(session, ROW, SIDECAR, 20) or "")
    assert row == {
        "card": "A999",
        "profile_id": "A99a",
        "kind": "a",
        "birth_date": "9999-99-99",
        "_file": "shop/a.csv",
        "_line": "7",
        "difference": "12.5",
        "who": "Aa",
    }


def test_the_same_rows_are_kept_in_the_same_order(session: DuckDBSession) -> None:
    query = "select 'x' as kind, i as _line from range(1000) as t(i)"
    one = masked_sample(session, query, SIDECAR, 5)
    assert one == masked_sample(session, query + " order by i desc", SIDECAR, 5)
    assert len(json.loads(one or "")) == 5


def test_nothing_fails_nothing_is_kept(session: DuckDBSession) -> None:
    assert masked_sample(session, ROW + " where false", SIDECAR, 5) is None
