"""`identity.linkage_model`: the model in force; trained on the first run where the deployment gives none.

A model stays in force until `cdp train` replaces it, or the configuration of linkage changes.
"""

import hashlib
import json

from sqlglot import exp

from cdp_pipeline.assets.charts import match_weights
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.domain.linkage import Settings, build_settings
from cdp_pipeline.resources.linker import filled_columns, train


def build(run: TableRun) -> None:
    """Keep the standing model, read the given one, or train."""
    filled = filled_columns(run.session)
    untrained = build_settings(run.project.identity, filled)
    records = int(run.session.rows(exp.select("count(*)").from_("identity.linkage_records"))[0][0])
    shape = _digest(_shape(untrained))
    standing = (
        run.session.rows(exp.select("*").from_("identity.linkage_model"))
        if run.session.columns(run.table.full_name)
        else []
    )
    if standing and _digest(_shape(json.loads(standing[0][3]))) == shape:
        rows = standing
    else:
        settings = _given(run, shape) or _trained(run, filled)
        rows = [(_digest(settings), run.as_of, records, json.dumps(settings, sort_keys=True))]
    run.metadata["version"] = str(rows[0][0])
    run.metadata["match weights"] = match_weights(json.loads(str(rows[0][3])))
    types = {name: content.type for name, content in run.table.sidecar.columns.items()}
    run.session.stage_rows("model_in_force", types, rows)
    run.write(exp.select("*").from_("model_in_force"))


def _trained(run: TableRun, filled: set[str]) -> Settings:
    if not build_settings(run.project.identity, filled)["comparisons"]:
        return build_settings(run.project.identity, filled)
    settings, notes = train(run.session, run.project.identity, filled)
    run.metadata["training passes left out"] = "; ".join(notes) or "none"
    return settings


def _given(run: TableRun, shape: str) -> Settings | None:
    path = run.project.seeds / "linkage_model.json"
    if not path.exists():
        return None
    settings: Settings = json.loads(path.read_text(encoding="utf-8"))
    if _digest(_shape(settings)) != shape:
        raise ConfigError(
            f"{path}: its comparisons or blocking rules differ from identity.yml on this deployment's columns; "
            "train it again (`cdp train`), or delete it to train on the next run"
        )
    return settings


def _shape(settings: Settings) -> Settings:
    """What the configuration decides: conditions and rules, without what training found."""
    comparisons = [
        [level["sql_condition"] for level in comparison["comparison_levels"]] for comparison in settings["comparisons"]
    ]
    return {"comparisons": comparisons, "rules": settings["blocking_rules_to_generate_predictions"]}


def _digest(content: Settings) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
