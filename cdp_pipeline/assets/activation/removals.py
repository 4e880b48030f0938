"""`activation.removals`: the queue of what partners must remove of erased people.

Erasure adds to it (`privacy.erasure`); a delivery is a whole list, so the next one that goes out removes.
"""

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.expressions import no_rows
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """Note which removals went out by now."""
    if not run.session.columns(run.table.full_name):
        run.write(no_rows(run.table.sidecar.types))
        return
    run.write(QUERIES["removals"])
    run.metadata["queued"] = run.session.rows(QUERIES["queued"])[0][0]
