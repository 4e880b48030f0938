"""`profile.profiles`: one golden record a person."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar, SidecarColumn
from cdp_pipeline.domain.expressions import column
from cdp_pipeline.domain.survivorship import profiles_select
from cdp_pipeline.sql.files import beside

OF_RECORDS = (
    "records",
    "sources",
    "first_seen_at",
    "last_changed_at",
    "confidence",
    "weakest_link",
    "link_density",
    "cut_links",
    "preferred_channel",
    "messages_lately",
    "is_pressed",
)


def sidecar(project: Project, base: Sidecar) -> Sidecar:
    """The base columns and the deployment's custom attributes."""
    custom = {
        name: SidecarColumn(type="VARCHAR", description=description, privacy="direct_identifier")
        for name, description in project.identity.custom_attributes.items()
    }
    return base.model_copy(update={"columns": {**base.columns, **custom}})


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """Golden values of every profile, also of those whose records hold none."""
    golden = {n: c.type for n, c in sidecar.columns.items() if n not in (*OF_RECORDS, "profile_id")}
    selected = [column(n, "golden" if n in golden else "of_records") for n in sidecar.columns]
    return (
        exp.select(*selected)
        .from_(beside(__file__).subquery("of_records"))
        .join(
            profiles_select(golden).subquery("golden"),
            on="of_records.profile_id = golden.profile_id",
            join_type="left",
        )
    )
