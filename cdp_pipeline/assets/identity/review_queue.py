"""`identity.review_queue`: likely pairs that ended in different profiles, for a person to decide.

One pair stands for all between the same two profiles: one decision settles them. What a guard cut is as
uncertain as can be: scores and guards say opposite things.
"""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import literal
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """Grey-zone pairs and cut links between profiles, with why they wait and what a decision is worth."""
    limits = project.identity.thresholds
    thresholds = exp.select(
        exp.alias_(literal(limits.merge), "merge_from"), exp.alias_(literal(limits.review), "review_from")
    )
    return beside(__file__, thresholds=thresholds)
