"""`activation.audiences`: whom each destination may have as of the newest day, and why others are refused."""

from cdp_pipeline.assets.activation.people import stage_reach
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.partners import partner_of
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
REASONS = ("no_consent", "no_contact", "invalid_contact", "suppressed", "contact_cap")
"""Why somebody is refused, the first that holds."""


def build(run: TableRun) -> None:
    """Ask consent, contact points, suppressions and the contact cap of everybody in a destination's segments."""
    stage_asked(run.session, run.project)
    run.write(QUERIES["audiences"])
    refused = run.session.rows(QUERIES["refused"])
    run.metadata["refused"] = ", ".join(f"{number:,} {reason}" for reason, number in refused) or "nobody"


def stage_audience(session: Session, project: Project) -> None:
    """`audience`: rows as this table has them, of the destinations as they are configured now."""
    stage_asked(session, project)
    session.stage("audience", QUERIES["audiences"])


def stage_asked(session: Session, project: Project) -> None:
    """What the destinations ask for, and how everybody can be reached."""
    segments, purposes, terms = [], [], []
    for name, destination in sorted(project.destinations.items()):
        segments += [(name, segment) for segment in destination.segments if not destination.is_withdrawn]
        purposes += [(name, destination.channel, p, len(set(destination.purposes))) for p in set(destination.purposes)]
        kind = project.consent.contact_points.get(destination.channel)
        needed = partner_of(destination).reached_by
        terms.append((name, kind, "email" in needed, "phone" in needed, not needed, destination.contact_cap))
    session.stage_rows("asked_segments", {"destination": "varchar", "segment": "varchar"}, segments)
    types = {"destination": "varchar", "channel": "varchar", "purpose": "varchar", "purposes": "bigint"}
    session.stage_rows("asked_purposes", types, sorted(purposes))
    flags = ("by_email", "by_phone", "by_other", "has_cap")
    types = {"destination": "varchar", "channel_kind": "varchar", **dict.fromkeys(flags, "boolean")}
    session.stage_rows("terms", types, terms)
    stage_reach(session, project)
