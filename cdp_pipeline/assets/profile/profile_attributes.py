"""`profile.profile_attributes`: each golden value with its record, rule and rivals."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.survivorship import attributes_select


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """By the rules of `seeds/survivorship.yml`."""
    default_country = project.deployment.default_country
    return attributes_select(project.survivorship, project.identity, project.sources, default_country)
