"""`unified.identifiers`: what sources declare as identifiers, and every record's mailbox and telephone."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, macro, named, table, text, union_all
from cdp_pipeline.domain.mapping import Target


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """Distinct identifiers; the mailbox behind an address is what identifies, not its spelling."""
    declared = Target("identifiers", sidecar, project).select()
    parts = [
        exp.select("record_id", "type", "value").from_(declared.subquery("declared")),
        _of_person_records("email", macro("mailbox", column("email"))),
        _of_person_records("phone", column("phone")),
    ]
    return exp.select("record_id", "type", "value").distinct().from_(union_all(parts).subquery("identifiers"))


def _of_person_records(name: str, value: exp.Expr) -> exp.Select:
    return (
        exp.select(column("record_id"), named(text(name), "type"), named(value, "value"))
        .from_(table("unified.person_records"))
        .where(column(name).is_(exp.null()).not_())
    )
