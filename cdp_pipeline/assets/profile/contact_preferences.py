"""`profile.contact_preferences`: on which channel a profile is best reached, and how much it got lately."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.consent import caps_select, channels_select, pressure_select
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the channels and the contact pressure of `seeds/consent.yml`."""
    consent = project.consent
    parts = {"channels": channels_select(consent), "pressure": pressure_select(consent), "caps": caps_select(consent)}
    return beside(__file__, **parts)
