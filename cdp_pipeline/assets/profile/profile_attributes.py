"""`profile.profile_attributes`: each golden value with its record, rule and rivals."""

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.survivorship import attributes_select

PART = 2_000_000
"""Records whose profiles are worked on at once: about 2 GB."""
PARTS = "attributes"


def build(run: TableRun) -> None:
    """By the rules of `seeds/survivorship.yml`; many records part by part."""
    session, project = run.session, run.project
    records = int(session.rows(exp.select("count(*)").from_("identity.identity_map"))[0][0])
    parts = -(-records // PART) or 1
    rules = (project.survivorship, project.identity, project.sources, project.deployment.default_country)
    if parts == 1:
        run.write(attributes_select(*rules))
        return
    for place in range(parts):
        add = session.append if place else session.stage
        add(PARTS, attributes_select(*rules, part=(place, parts)))
    run.write(exp.select("*").from_(PARTS))
