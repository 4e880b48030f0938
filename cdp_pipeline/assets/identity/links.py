"""`identity.links`: the links that the identity map was made of.

`identity.identity_map` writes it together with itself, in one step: what differs from it is what the
next run works on.
"""

from cdp_pipeline.assets.table import TableRun


def build(run: TableRun) -> None:
    """It stands already."""
    run.keep()
