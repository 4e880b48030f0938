"""`unified.person_records`: what each source table knows of a person, in one shape."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, joined, macro, named, text
from cdp_pipeline.domain.mapping import Target

NOT_ATTRIBUTES = ("record_id", "source", "source_table", "source_key", "record_hash")


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The union of all sources' mappings; a full name is split where no parts came, and the other way round."""
    mapped = Target("person_records", sidecar, project).select()
    given = exp.func("coalesce", column("given_name"), macro("given_of", column("full_name")))
    family = exp.func("coalesce", column("family_name"), macro("family_of", column("full_name")))
    parts = exp.func("nullif", joined(" ", column("given_name"), column("family_name")), text(""))
    built = {
        "given_name": macro("title_case", given),
        "family_name": macro("title_case", family),
        "full_name": exp.func("coalesce", column("full_name"), parts),
        "record_hash": _hash([name for name in sidecar.columns if name not in NOT_ATTRIBUTES]),
    }
    selected = [named(built[name], name) if name in built else column(name) for name in sidecar.columns]
    return exp.select(*selected).from_(mapped.subquery("mapped"))


def _hash(attributes: list[str]) -> exp.Expr:
    values = [
        exp.func("coalesce", exp.cast(column(name), "varchar", dialect="duckdb"), text("")) for name in attributes
    ]
    return exp.func("md5", joined("|", *values))
