"""`activation.removals`: the queue of what partners must remove of erased people.

Erasure adds to it (`privacy.erasure`); `activation.deliveries` ends a row as the delivery ends that removed it.
"""

from cdp_pipeline.assets.table import TableRun


def build(run: TableRun) -> None:
    """It stands already."""
    run.keep()
