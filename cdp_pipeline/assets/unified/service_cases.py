"""`unified.service_cases`: cases of all service desks."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.mapping import Target, with_local_day


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The union of all sources' mappings, with the local day of each."""
    query = Target("service_cases", sidecar, project).select()
    return with_local_day(query, sidecar, "opened_at", "opened_on", project.deployment.timezone)
