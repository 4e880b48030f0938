"""`metrics.campaign_performance`: what campaigns and other touchpoints did for purchases, by three attributions.

First touch, last touch, and the Markov removal effect: what share of purchases would be lost if nobody got past a
touchpoint (`domain.attribution`). Shares add up to all purchases that a touch came before.
"""

from collections.abc import Iterator
from datetime import date

from sqlglot import exp

from cdp_pipeline.assets.charts import grouped_bars
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.attribution import removal_effects
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
REMOVALS = {"step": "varchar", "effect": "double", "share": "double"}


def build(run: TableRun) -> None:
    """Attribute each day's purchases."""
    session = run.session

    def parts(day: date) -> Iterator[exp.Query]:
        """The day's rows, once its journeys' steps and their removal effects are staged."""
        session.stage("journeys_taken", QUERIES["journeys_taken"])
        counted = {(str(a), str(b)): int(number) for a, b, number in session.rows(QUERIES["transitions"])}
        effects = removal_effects(counted)
        total = sum(effects.values())
        rows = [(step, effect, effect / total if total else 0.0) for step, effect in sorted(effects.items())]
        session.stage_rows("removals", REMOVALS, rows)
        yield QUERIES["attributed"]

    run.write_each_day(parts)
    best = session.rows(QUERIES["best"])
    series = {"first touch": 1, "last touch": 2, "Markov removal": 3}
    run.metadata["attribution"] = grouped_bars(
        [row[0] for row in best],
        {name: [float(row[place]) for row in best] for name, place in series.items()},
        "purchases",
    )
