"""`metrics.journey_steps`: what follows a step of a journey, how soon, and where people drop off."""

from cdp_pipeline.assets.metrics.journey_inputs import write_days
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """Count the transitions of each day."""
    write_days(run, QUERIES["steps"])
