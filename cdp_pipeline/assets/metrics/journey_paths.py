"""`metrics.journey_paths`: the ways that people go across channels, and how many end in a purchase."""

from cdp_pipeline.assets.charts import stacked_bars
from cdp_pipeline.assets.metrics.journey_inputs import write_days
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """Count the paths of each day; the commonest as a plot."""
    write_days(run, QUERIES["paths"])
    rows = run.session.rows(QUERIES["most"])
    run.metadata["paths"] = stacked_bars(
        [row[0] for row in rows],
        {"ended in a purchase": [row[1] for row in rows], "did not": [row[2] for row in rows]},
        "journeys",
    )
