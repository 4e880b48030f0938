"""`quality.quarantine`: lines refused and values set to null, with reason and remedy."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, union_all
from cdp_pipeline.domain.staging import quarantine_select


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The union over all delivered tables, for the run's days."""
    parts = [
        quarantine_select(name, source.source, name.removeprefix(f"{source.source}__"), definition, project.deployment)
        for name, source, definition in project.tables()
    ]
    return exp.select(*(column(name) for name in sidecar.columns)).from_(union_all(parts).subquery("quarantined"))
