"""`metrics.score_models`: training the predictions, and judging them on days that they had not seen.

A model is trained on one day a retraining period, counted from a fixed day, so that any day's scores come from
the same model whenever they are made; nothing after that day is read. It is judged on its last days, which it
did not learn from, and published only where it beats its naive baseline there.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.charts import curve
from cdp_pipeline.assets.metrics import category_scores, lapse_scores, value_scores
from cdp_pipeline.assets.metrics.score_inputs import stage_drawn, stage_people
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.metrics import Predictions
from cdp_pipeline.domain.expressions import column, literal, rows_select
from cdp_pipeline.domain.fitting import NotFitted
from cdp_pipeline.resources.warehouse import Session

MODELS = (value_scores.ORDERS, value_scores.VALUE, lapse_scores.NAME, category_scores.NAME)
EPOCH = date(1970, 1, 5)
"""A Monday: retraining periods are counted from it."""
BEATEN = Expectation(
    expectation="expect_models_to_beat_their_baseline",
    severity="info",
    dimension="accuracy",
    sentence="Every model foretells better than its naive baseline; those that do not are not published.",
)
CHECKS = (BEATEN,)


def training_day(asked: Predictions, as_of: date) -> date:
    """The last day of training at or before a day."""
    return as_of - timedelta(days=(as_of - EPOCH).days % asked.retrain_days)


def build(run: TableRun) -> None:
    """Train what the run's days need, each once."""
    asked = run.project.metrics.predictions
    trained: dict[date, list[tuple[Any, ...]]] = {}
    rows = []
    for day in run.days:
        on = training_day(asked, day)
        if on not in trained:
            trained[on] = list(_trained(run.session, asked, on))
        rows += [(day, *row) for row in trained[on]]
    run.write(rows_select(run.table.sidecar.types, rows))
    newest = [row for row in rows if row[0] == run.as_of]
    not_published = [str(row[-1]) for row in newest if not row[3]]
    run.judge(BEATEN, not not_published, "; ".join(not_published) or "all do")
    run.metadata.update(_plots(newest))


def _trained(session: Session, asked: Predictions, on: date) -> Iterator[tuple[Any, ...]]:
    """Rows but for their day."""
    stage_people(session, asked, on)
    stage_drawn(session)
    purchases = value_scores.PurchaseTraining()
    trainings = (purchases.orders, purchases.value, lapse_scores.train, category_scores.train)
    for name, train in zip(MODELS, trainings, strict=True):
        try:
            parameters, judged = train(session, asked, on)
        except NotFitted as why:
            nothing = (None,) * 6
            yield (name, on, False, *nothing, f"{name}: not trained, as {why}")
            continue
        compared = f"{judged.measure} {judged.value:g}, of the baseline {judged.baseline:g}"
        verdict = "published" if judged.beats_baseline else "not published, as it does not beat its baseline"
        figures = {**judged.figures, "deciles": judged.deciles}
        measured = (judged.measure, judged.value, judged.baseline, judged.profiles)
        kept = (json.dumps(parameters, sort_keys=True), json.dumps(figures, sort_keys=True))
        yield (name, on, judged.beats_baseline, *measured, *kept, f"{name}: {verdict} ({compared})")


def _plots(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Of each model that has deciles: what was foretold against what was found, and how much its first tenths hold."""
    plots: dict[str, Any] = {}
    for row in rows:
        deciles = json.loads(row[9])["deciles"] if row[9] else []
        if deciles:
            plots[f"{row[1]}: calibration"] = curve([(d[0], d[1]) for d in deciles], "foretold", "found")
            captured = [(0.0, 0.0)] + [((n + 1) / len(deciles), d[2]) for n, d in enumerate(deciles)]
            plots[f"{row[1]}: captured"] = curve(captured, "share of profiles, by score", "share of what was found")
    return plots


def published_models(session: Session, day: date) -> dict[str, dict[str, Any]]:
    """Parameters of the models that are published as of a day."""
    found = (
        exp.select("model", "parameters")
        .from_("metrics.score_models")
        .where(exp.EQ(this=column("as_of_day"), expression=literal(day)))
        .where("is_published")
        .order_by("model")
    )
    return {str(model): json.loads(parameters) for model, parameters in session.rows(found)}
