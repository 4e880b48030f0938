"""`cdp train`: a new linkage model, its report, and its promotion.

A model is a file of its own, `data/models/<version>/model.json`, with a page of plots beside it. It is in
force from the next run on once it is promoted to `seeds/linkage_model.json`; everything is then scored
anew, and ids carry over to the profiles that share most records.
"""

import hashlib
import html
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from dagster._core.definitions.metadata import MarkdownMetadataValue
from sqlglot import exp

from cdp_pipeline.assets.charts import blocked_pairs, curve, match_weights, probabilities
from cdp_pipeline.assets.identity.linkage_model import Model, model_in_force
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.blocking import candidates_select, keys_select, large_blocks_select
from cdp_pipeline.domain.expressions import literal, named
from cdp_pipeline.domain.linkage import Settings, build_settings
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.linker import filled_columns, score, train
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.settings import Settings as Deployment
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
RECORDS = "identity.linkage_records"


@dataclass(frozen=True)
class Training:
    """A trained model and what is told of it."""

    version: str
    folder: Path
    notes: list[str]
    compared: tuple[int, int, int] | None
    """Pairs that both models link, only the one in force, only the new one."""


def train_model(deployment: Deployment, project: Project, compare: bool) -> Training:
    """Train on the current records and write model and report; with `compare`, against the model in force."""
    with warehouse_of(deployment).session(read_only=True) as session:
        filled = filled_columns(session)
        if not build_settings(project.identity, filled)["comparisons"]:
            raise ConfigError("identity.linkage_records holds no attribute that the model compares; run a day first")
        settings, notes = train(session, project.identity, filled)
        content = json.dumps(settings, indent=1, sort_keys=True)
        version = hashlib.sha256(content.encode()).hexdigest()[:12]
        folder = deployment.data / "models" / version
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.json").write_text(content, encoding="utf-8")
        standing = model_in_force(session)
        compared = _compared(session, project, settings, standing) if compare else None
        _write_report(session, folder, settings, standing, notes)
    return Training(version, folder, notes, compared)


def promote(deployment: Deployment, version: str) -> Path:
    """Put a trained model in force from the next run on; raises ConfigError for one that is not there."""
    source = deployment.data / "models" / version / "model.json"
    if not source.exists():
        known = sorted(path.parent.name for path in (deployment.data / "models").glob("*/model.json"))
        raise ConfigError(f"{source}: there is no such model; `cdp train` makes one; known: {known or 'none'}")
    return Path(shutil.copyfile(source, deployment.seeds / "linkage_model.json"))


def _compared(session: Session, project: Project, settings: Settings, standing: Model) -> tuple[int, int, int]:
    """Both models on the same candidates, with the frequencies in force."""
    thresholds = project.identity.thresholds
    session.stage("keys", keys_select(project.identity))
    session.stage("large_blocks", large_blocks_select(standing.blocks, "keys"))
    large = {limit.rule for limit in standing.blocks}
    session.stage("candidates", candidates_select(standing.blocks, "keys", "keys", large))
    for name, model in (("scored_old", standing.settings), ("scored_new", settings)):
        score(session, model, thresholds.review, RECORDS, name)
    session.stage("asked", exp.select(named(literal(thresholds.merge), "merge_from")))
    session.stage("rescored", QUERIES["rescored"])
    both, old, new = session.rows(QUERIES["compared"])[0]
    return int(both), int(old), int(new)


def _write_report(session: Session, folder: Path, settings: Settings, standing: Model, notes: list[str]) -> None:
    """`report.html`: plots of the model; it holds no record's value."""
    session.stage("sampled_records", QUERIES["sampled_records"])
    session.stage("candidates", QUERIES["self_pairs"])
    score(session, settings, 0, RECORDS, "scored_alone")
    shares = [(float(threshold), float(share)) for threshold, share in session.rows(QUERIES["unlinkable"])]
    plots = {
        "Match weights": match_weights(settings),
        "m and u of each level": probabilities(settings),
        "Pairs that each blocking rule proposes on its own": blocked_pairs(standing.blocks),
        "Unlinkable records: too empty to reach a threshold even against themselves": curve(
            shares, "threshold (match probability)", "share of records"
        ),
    }
    parts = [f"<h2>{html.escape(title)}</h2>{_image(plot)}" for title, plot in plots.items()]
    told = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
    title = f"Linkage model {folder.name}"
    (folder / "report.html").write_text(
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>"
        f"<h1>{title}</h1><ul>{told}</ul>{''.join(parts)}</html>",
        encoding="utf-8",
    )


def _image(plot: MarkdownMetadataValue) -> str:
    return re.sub(r"!\[(.*?)\]\((.*?)\)", r'<img alt="\1" src="\2">', str(plot.md_str))
