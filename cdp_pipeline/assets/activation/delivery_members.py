"""`activation.delivery_members`: whom each partner holds, and by what it knows them.

`activation.deliveries` writes it together with itself, as each delivery ends.
"""

from cdp_pipeline.assets.table import TableRun


def build(run: TableRun) -> None:
    """It stands already."""
    run.keep()
