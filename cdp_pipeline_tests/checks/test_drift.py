import pytest

from cdp_pipeline.checks.drift import drift
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import rows_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited

TYPES = {
    "measured_on": "date",
    "table_name": "varchar",
    "column_name": "varchar",
    "measure": "varchar",
    "value": "double",
    "size": "bigint",
}


@pytest.mark.parametrize(
    ("now", "drifts"), [((0.5, 0.3, 0.2), False), ((0.48, 0.31, 0.21), False), ((0.1, 0.2, 0.7), True)]
)
def test_drift_is_measured_from_the_first_day_of_the_model(
    run_of_a_day: DuckDBSession, project: Project, now: tuple[float, ...], drifts: bool
) -> None:
    shares = {"2026-11-01": (0.1, 0.1, 0.8), "2026-11-09": (0.5, 0.3, 0.2), "2026-11-15": now}
    models = {"2026-11-01": "old"}
    rows = [
        (
            day,
            "identity.scored_pairs",
            "match_weight",
            f"of {5 * place} and more, model {models.get(day, 'new')}",
            share,
            100,
        )
        for day, told in shares.items()
        for place, share in enumerate(told)
    ]
    run_of_a_day.replace_table("quality.measures", rows_select(TYPES, rows), unaudited)
    assert drift(run_of_a_day, project.quality.drift_limit).passed is not drifts
