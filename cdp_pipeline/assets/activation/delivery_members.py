"""`activation.delivery_members`: whom each destination may hold, as of a day."""

from collections.abc import Iterable

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.suppressions import load_suppressions
from cdp_pipeline.domain.destinations import eligible_select
from cdp_pipeline.sql.lineage import parse


def reads(project: Project) -> Iterable[str]:
    """Always the same, whatever the destinations."""
    return ("segments.segment_members", "profile.profiles", "profile.consent_state")


def build(run: TableRun) -> None:
    """Members of the destinations' segments whom consent, contact points and suppressions let pass."""
    suppressions = load_suppressions(run.project.seeds)
    run.session.stage_rows("suppressions", {"kind": "varchar", "sha256": "varchar"}, suppressions)
    run.session.stage("eligible", eligible_select(run.project.destinations))
    run.write(parse("select as_of_day, destination, profile_id from eligible where refusal is null"))
