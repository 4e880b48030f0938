"""`metrics.favourites`: the category and the brand of which each customer bought most, as of a day.

The confidence is the share of it among the pieces bought, drawn to what everyone buys (additive smoothing,
`seeds/metrics.yml`): few pieces prove little.
"""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import literal, named
from cdp_pipeline.sql.files import beside


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The SELECT of the `.sql` file beside, with the parameters of `seeds/metrics.yml`."""
    return beside(__file__, parameters=exp.select(named(literal(project.metrics.favourite_smoothing), "smoothing")))
