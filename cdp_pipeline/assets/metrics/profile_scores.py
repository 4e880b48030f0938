"""`metrics.profile_scores`: what the published models foretell of each customer, and why."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.metrics import category_scores, lapse_scores, value_scores
from cdp_pipeline.assets.metrics.score_inputs import stage_histories, stage_people
from cdp_pipeline.assets.metrics.score_models import published_models
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.metrics import Predictions
from cdp_pipeline.domain.expressions import named, text
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import beside

SCORERS: dict[str, Callable[[Session, Predictions, dict[str, Any], str], None]] = {
    value_scores.ORDERS: value_scores.stage_scores,
    value_scores.VALUE: value_scores.stage_scores,
    lapse_scores.NAME: lapse_scores.stage_scores,
    category_scores.NAME: category_scores.stage_scores,
}


def build(run: TableRun) -> None:
    """Score the run's days with the models that each of them has."""
    session, asked = run.session, run.project.metrics.predictions
    query = beside(__file__)

    def parts(day: date) -> Iterator[exp.Query]:
        """The rows of one model after another, once its scores are staged."""
        stage_people(session, asked, day)
        stage_histories(session, day)
        for model, parameters in published_models(session, day).items():
            SCORERS[model](session, asked, parameters, model)
            session.stage("scored_model", exp.select(named(text(model), "model")))
            yield query

    run.write_each_day(parts)
