"""`profile.retention_due`: profiles whose time of keeping has ended."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.consent import passive_select, retention_select
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the retention of `seeds/consent.yml`."""
    consent = project.consent
    return beside(__file__, kept=retention_select(consent), passive=passive_select(consent))
