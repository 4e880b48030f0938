"""`profile.profile_changes`: what each profile is made of, as a digest, and whether that has changed.

Every run makes a new state. Tables that are `incremental` make only the profiles anew that a state
changed (`assets.changed_profiles`).
"""

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.contact_points import events_select
from cdp_pipeline.domain.expressions import no_rows
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """Compare the profiles with those of the state before; all are changed where there is none."""
    session = run.session
    types = run.table.sidecar.types
    session.stage("before", QUERIES["standing"] if session.columns(run.table.full_name) else no_rows(types))
    session.stage("events", events_select(run.project.survivorship))
    session.stage("inputs_now", QUERIES["inputs"])
    run.write(QUERIES["changes"])
    run.metadata["changed profiles"] = session.rows(QUERIES["number_changed"])[0][0]
