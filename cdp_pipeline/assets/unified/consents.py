"""`unified.consents`: consent decisions of all sources."""

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, named
from cdp_pipeline.domain.mapping import Target
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
KNOWN = Expectation(
    expectation="expect_decisions_to_be_of_what_is_known",
    severity="warn",
    dimension="validity",
    sentence="Every decision is of a channel and a purpose of consent.yml, and of an address or number of its record.",
)
CHECKS = (KNOWN,)


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The union of all sources' mappings; addresses as contact points have them, in small letters."""
    point = exp.Lower(this=exp.Trim(this=column("contact_point")))
    columns = (named(point, name) if name == "contact_point" else column(name) for name in sidecar.columns)
    return exp.select(*columns).from_(Target("consents", sidecar, project).select().subquery("mapped"))


def build(run: TableRun) -> None:
    """Write, then tell of decisions that count nowhere."""
    run.write(select(run.project, run.table.sidecar))
    consent = run.project.consent
    run.session.stage_rows("channels", {"channel": "varchar"}, [(name,) for name in consent.channels])
    run.session.stage_rows("purposes", {"purpose": "varchar"}, [(name,) for name in consent.purposes])
    unknown = [f"{count:,} of {source} for {what}" for source, what, count in run.session.rows(QUERIES["unknown"])]
    run.judge(KNOWN, not unknown, "; ".join(unknown) or "all known")
