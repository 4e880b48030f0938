"""`identity.linkage_accuracy`: what the model is worth on this deployment, by its stewards' decisions.

Decided pairs are mostly the hard ones of the review queue: the figures are of those, not of all pairs.
"""

from sqlglot import exp

from cdp_pipeline.assets.charts import accuracy
from cdp_pipeline.assets.identity.linkage_model import model_in_force
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.steward import as_table, load_decisions
from cdp_pipeline.resources.linker import score
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def build(run: TableRun) -> None:
    """Score every decided pair, whatever blocking says of it, and count at each threshold."""
    session = run.session
    session.stage_rows("decisions", *as_table(load_decisions(run.project.seeds)))
    session.stage("candidates", QUERIES["candidates"])
    session.stage("labelled_records", QUERIES["labelled_records"])
    score(session, model_in_force(session).settings, 0, "labelled_records", "scored")
    session.stage("labels", QUERIES["labels"])
    run.write(QUERIES["accuracy"])
    rows = session.rows(exp.select("*").from_(run.table.full_name).order_by("threshold"))
    run.metadata["decided pairs"] = int(rows[0][1] + rows[0][2]) if rows else 0
    if rows:
        run.metadata["precision and recall"] = accuracy(rows)
