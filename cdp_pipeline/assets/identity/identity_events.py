"""`identity.identity_events`: the log of every change of the identity map.

`identity.identity_map` appends to it in the step that changes the map: so its replay is the map, on the
day of the last run as on any day before.
"""

from cdp_pipeline.assets.table import TableRun


def build(run: TableRun) -> None:
    """It stands already."""
    run.keep()
