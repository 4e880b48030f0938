"""`unified.contact_points`: every way to reach the person of a record."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, joined, named, null_as, table, text, union_all
from cdp_pipeline.domain.mapping import Target


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """What sources declare, and the e-mail address, telephone and postal address of each record."""
    declared = Target("contact_points", sidecar, project).select()
    address = joined(", ", *(column(part) for part in ("street", "postcode", "city", "country")))
    parts = [
        exp.select(*(column(name) for name in sidecar.columns)).from_(declared.subquery("declared")),
        _of_person_records(sidecar, "email", "email", column("email")),
        _of_person_records(sidecar, "phone", "phone", column("phone")),
        _of_person_records(sidecar, "post", "street", address),
    ]
    # What a source declares of a point and the record that it came with are one row.
    told = [
        named(exp.Max(this=column(name)), name) if name in ("status", "updated_at") else column(name)
        for name in sidecar.columns
    ]
    once = [column(name) for name in sidecar.columns if name not in ("status", "updated_at")]
    return exp.select(*told).from_(union_all(parts).subquery("points")).group_by(*once)


def _of_person_records(sidecar: Sidecar, kind: str, needed: str, value: exp.Expr) -> exp.Select:
    built = {"kind": text(kind), "value": value, "status": null_as("varchar")}
    selected = [named(built[name], name) if name in built else column(name) for name in sidecar.columns]
    return exp.select(*selected).from_(table("unified.person_records")).where(column(needed).is_(exp.null()).not_())
