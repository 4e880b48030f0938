"""`profile.profile_attributes`: each golden value with its record, rule and rivals."""

from sqlglot import exp

from cdp_pipeline.assets.changed_profiles import write_profiles
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.survivorship import attributes_select

PARTS = "attributes"


def build(run: TableRun) -> None:
    """By the rules of `seeds/survivorship.yml`; many records part by part."""
    project = run.project
    rules = (project.survivorship, project.identity, project.sources, project.deployment.default_country)
    records = int(run.session.rows(exp.select("count(*)").from_("identity.identity_map"))[0][0])
    parts = -(-records // project.deployment.scale.records_at_once) or 1

    def in_parts() -> exp.Query:
        """The rows of all profiles, staged part by part."""
        for place in range(parts):
            add = run.session.append if place else run.session.stage
            add(PARTS, attributes_select(*rules, part=(place, parts)))
        return exp.select("*").from_(PARTS)

    write_profiles(run, attributes_select(*rules), in_parts if parts > 1 else None)
