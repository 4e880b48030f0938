"""`identity.scored_records`: each record as it was last scored, with its blocking keys.

`identity.scored_pairs` writes it together with the pairs, in one step: so a killed run leaves both as
they were, and the next one finds what has changed since.
"""

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar, SidecarColumn


def sidecar(project: Project, base: Sidecar) -> Sidecar:
    """The base columns and the key of each blocking rule."""
    keys = {
        rule.name: SidecarColumn(type="UBIGINT", description=f"Blocking key: hash of {', '.join(rule.on)}")
        for rule in project.identity.blocking_rules
    }
    return base.model_copy(update={"columns": {**base.columns, **keys}})


def build(run: TableRun) -> None:
    """It stands already."""
    run.keep()
