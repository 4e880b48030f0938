"""Contact points: what tells that one works, or does not, as a table that `profile.profile_contact_points` reads.

A point is `verified` once its owner used it (a click; an open proves nothing) or a source says so, `bounced`
or `unreachable` once it was lost and not used since, else `unproved`.
"""

from sqlglot import exp

from cdp_pipeline.config.survivorship import Survivorship
from cdp_pipeline.domain.expressions import rows_select


def events_select(survivorship: Survivorship) -> exp.Query:
    """A row an event that tells of a contact point (kind, event, tells: lost or used)."""
    rows = [
        (kind, event, tells)
        for kind, told in sorted(survivorship.contact_events.items())
        for tells, events in (("lost", told.lost), ("used", told.used))
        for event in events
    ]
    return rows_select(dict.fromkeys(("kind", "event", "tells"), "varchar"), rows)
