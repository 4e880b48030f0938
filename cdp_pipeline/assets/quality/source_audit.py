"""`quality.source_audit`: which data each source delivers, and how good it is."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.audit import audit_select
from cdp_pipeline.domain.expressions import column, named


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """A row for each column of each source table, as of the run's last day."""
    typed = (named(exp.cast(column(name), content.type), name) for name, content in sidecar.columns.items())
    return exp.select(*typed).from_(audit_select(project).subquery("audited"))
