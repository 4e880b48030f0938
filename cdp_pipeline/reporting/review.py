"""`cdp review`: the review queue for a person, as a table to fill in and as pages to look at.

The table has the columns of `seeds/steward/decisions.csv` first: whoever decides writes must_link or
cannot_link into the first one, and `cdp review --take` carries the decided rows over.
"""

import csv
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.assets.identity.linkage_model import model_in_force
from cdp_pipeline.config.steward import COLUMNS, load_decisions, read_decisions
from cdp_pipeline.domain.expressions import literal, named
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.linker import write_pages
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def write_review(settings: Settings, folder: Path, top: int) -> list[Path]:
    """Write the first cases of the queue, readable by their owner only; returns the files."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with warehouse_of(settings).session(read_only=True) as session:
        session.stage("asked", exp.select(named(literal(top), "top")))
        table = folder / "queue.csv"
        session.export_private(QUERIES["queue"], table)
        for name in ("asked_pairs", "wanted_components", "candidates", "compared_records", "clustered_records"):
            session.stage(name, QUERIES[name])
        session.stage("candidates", QUERIES["named_candidates"])
        model = model_in_force(session)
        if not model.settings["comparisons"] or not session.rows(exp.select("1").from_("candidates").limit(1)):
            return [table]
        components = [str(row[0]) for row in session.rows(exp.select("component").from_("wanted_components"))]
        return [table, *write_pages(session, model.settings, "compared_records", components, folder)]


def take_decisions(settings: Settings, table: Path) -> int:
    """Append the rows of a filled-in table to the steward's decisions; returns how many were new.

    Raises ConfigError naming file, line and value of a row that is not a decision.
    """
    path = settings.seeds / "steward" / "decisions.csv"
    known = {(d.decision, d.record_id_l, d.record_id_r) for d in load_decisions(settings.seeds)}
    fresh = [
        row
        for decision, row in read_decisions(table, undecided=True)
        if (decision.decision, decision.record_id_l, decision.record_id_r) not in known
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerows(fresh)
    return len(fresh)
