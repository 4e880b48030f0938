"""`identity.device_map`: whom a device belongs to, and when (law 7)."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import literal, named
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """Intervals between sign-ins; a device of more people than `devices.most_people` belongs to nobody."""
    limits = exp.select(named(literal(project.identity.devices.most_people), "most_people"))
    return beside(__file__, limits=limits)
