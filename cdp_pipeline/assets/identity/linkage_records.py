"""`identity.linkage_records`: person records as linkage compares them, with the deployment's custom attributes.

`digest` tells whether anything that is compared has changed.
"""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar, SidecarColumn
from cdp_pipeline.domain.expressions import column, joined, literal, macro, named, text
from cdp_pipeline.sql.files import beside

NOT_COMPARED = ("record_no", "record_id", "digest")


def sidecar(project: Project, base: Sidecar) -> Sidecar:
    """The base columns and one for each custom attribute."""
    custom = {
        name: SidecarColumn(type="VARCHAR", description=f"{description}, folded", privacy="quasi_identifier")
        for name, description in project.identity.custom_attributes.items()
    }
    *others, digest = base.columns.items()
    return base.model_copy(update={"columns": {**dict(others), **custom, digest[0]: digest[1]}})


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The base SELECT; custom attributes join it by record."""
    compared = _compared(project)
    missing = text("\x1e")
    values = [
        exp.Coalesce(this=column(name), expressions=[missing]) for name in sidecar.columns if name not in NOT_COMPARED
    ]
    content = joined("\x1f", *values)
    return exp.select(
        *(column(name) for name in sidecar.columns if name != "digest"),
        named(macro("record_number", content), "digest"),
    ).from_(compared.subquery("compared"))


def _compared(project: Project) -> exp.Select:
    limits = exp.select(named(literal(project.identity.max_records_per_address), "records_per_address"))
    custom = project.identity.custom_attributes
    if not custom:
        return beside(__file__, linkage_limits=limits)
    attributes = exp.select("record_id", *(named(macro("fold_text", column(name)), name) for name in custom))
    attributes = attributes.from_("unified.person_records")
    joined = beside(__file__, linkage_limits=limits, custom_attributes=attributes).join(
        "custom_attributes", on="personal.record_id = custom_attributes.record_id"
    )
    return joined.select(*(column(name, "custom_attributes") for name in custom))
