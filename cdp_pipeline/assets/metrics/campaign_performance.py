"""`metrics.campaign_performance`: what campaigns and other touchpoints did for purchases, by three attributions.

First touch, last touch, and the Markov removal effect: what share of purchases would be lost if nobody got past a
touchpoint (`domain.attribution`). Shares add up to all purchases that a touch came before.
"""

from sqlglot import exp

from cdp_pipeline.assets.charts import grouped_bars
from cdp_pipeline.assets.metrics.journey_inputs import stage_journeys
from cdp_pipeline.assets.table import TableRun, stage_days
from cdp_pipeline.domain.attribution import removal_effects
from cdp_pipeline.domain.expressions import no_rows
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
REMOVALS = {"step": "varchar", "effect": "double", "share": "double"}


def build(run: TableRun) -> None:
    """Attribute each day's purchases."""
    session = run.session
    session.stage("by_day", no_rows(run.table.sidecar.types))
    for day in run.days:
        stage_journeys(session, run.project.metrics.journeys, day, by_campaign=True)
        counted = {(str(a), str(b)): int(number) for a, b, number in session.rows(QUERIES["transitions"])}
        effects = removal_effects(counted)
        total = sum(effects.values())
        rows = [(step, effect, effect / total if total else 0.0) for step, effect in sorted(effects.items())]
        session.stage_rows("removals", REMOVALS, rows)
        session.append("by_day", QUERIES["attributed"])
    stage_days(session, run.days)
    run.write(exp.select("*").from_("by_day"))
    best = session.rows(QUERIES["best"])
    series = {"first touch": 1, "last touch": 2, "Markov removal": 3}
    run.metadata["attribution"] = grouped_bars(
        [row[0] for row in best],
        {name: [float(row[place]) for row in best] for name, place in series.items()},
        "purchases",
    )
