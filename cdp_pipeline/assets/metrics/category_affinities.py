"""`metrics.category_affinities`: how much each profile is drawn to a category, as of a day.

A touch weighs by its kind, and half as much after each half-life; the share of a category is drawn to its
popularity, so that a first click decides nothing (additive smoothing, `seeds/metrics.yml`).
"""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import literal, named, rows_select
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The SELECT of the `.sql` file beside, with the weights and parameters of `seeds/metrics.yml`."""
    affinity = project.metrics.affinity
    parameters = exp.select(
        named(literal(affinity.half_life_days), "half_life_days"), named(literal(affinity.smoothing), "smoothing")
    )
    weights = rows_select({"event": "varchar", "weight": "double"}, sorted(affinity.weights.items()))
    return beside(__file__, parameters=parameters, weights=weights)
