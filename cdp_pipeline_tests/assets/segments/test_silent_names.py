from cdp_pipeline.assets.segments.silent_names import silent_names
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.sql.lineage import parse

INCLUDE = {"rules": [{"field": "lapse_probability", "operator": ">", "value": 0.5}]}


def _silent(session: DuckDBSession, **others: object) -> list[str]:
    content = {"id": "s", "description": "d", "owner": "o", "include": INCLUDE, **others}
    return list(silent_names(session, Segment.model_validate(content)))


def test_a_score_that_nobody_has_is_told(run_of_a_day: DuckDBSession) -> None:
    scores = "select date '2026-11-15' as as_of_day, 'next_category' as model"
    run_of_a_day.replace_table("metrics.profile_scores", parse(scores), unaudited)
    assert _silent(run_of_a_day) == [
        "'lapse_probability' is of the model lapse, which is not published: nobody has a value"
    ]


def test_an_article_that_nobody_sells_is_told_with_the_nearest(run_of_a_day: DuckDBSession) -> None:
    scores = "select date '2026-11-15' as as_of_day, 'lapse' as model"
    run_of_a_day.replace_table("metrics.profile_scores", parse(scores), unaudited)
    products = "select 'JUM-021' as sku, 'jumpers' as category"
    run_of_a_day.replace_table("unified.products", parse(products), unaudited)
    promotes = {"skus": ["JUM-012"], "categories": ["jumpers", "jumperz"], "within_days": 30}
    assert _silent(run_of_a_day, promotes=promotes) == [
        "promotes: no article 'JUM-012' is known; did you mean 'JUM-021'?",
        "promotes: no category 'jumperz' is known; did you mean 'jumpers'?",
    ]
