"""`profile.households`: profiles that live together, as a grouping beside persons, never a merge.

Profiles of one address and family name, or of one landline, are a household, and so are those that a chain
of such bonds joins. A bond of more profiles than `households.most_profiles` (an office's number) joins nobody.
"""

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.expressions import column, literal, named
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """Every profile with an address, or with a landline that it shares."""
    session = run.session
    session.stage("profiles", QUERIES["profiles"])
    session.stage(
        "limits", exp.select(named(literal(run.project.survivorship.households.most_profiles), "most_profiles"))
    )
    session.stage("bonds", QUERIES["bonds"])
    session.components("grouped", exp.select(named(column("profile_no"), "node")).from_("profiles"), QUERIES["edges"])
    run.write(QUERIES["households"])
