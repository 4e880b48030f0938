"""`identity.scored_pairs`: pairs of records that the model finds likely the same person."""

import json

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.expressions import column, literal, named, text
from cdp_pipeline.domain.linkage import rule_names
from cdp_pipeline.resources.linker import filled_columns, score


def build(run: TableRun) -> None:
    """Score with the model in force, from the review threshold on."""
    version, settings = run.session.rows(exp.select("version", "settings").from_("identity.linkage_model"))[0]
    model = json.loads(settings)
    if model["comparisons"] and model["blocking_rules_to_generate_predictions"]:
        score(run.session, model, run.project.identity.thresholds.review, "scored")
    else:
        run.session.stage("scored", _no_pairs())
    names = rule_names(run.project.identity, filled_columns(run.session))
    run.session.stage_rows("rules", {"match_key": "varchar", "rule": "varchar"}, list(enumerate(names)))
    run.write(_with_record_ids(str(version)))


def _with_record_ids(version: str) -> exp.Select:
    ends = [exp.func(name, column("record_id", "a"), column("record_id", "b")) for name in ("least", "greatest")]
    return (
        exp.select(
            named(ends[0], "record_id_l"),
            named(ends[1], "record_id_r"),
            column("match_weight"),
            column("match_probability"),
            column("rule"),
            named(text(version), "model_version"),
        )
        .from_("scored")
        .join("identity.linkage_records AS a", on="scored.record_no_l = a.record_no")
        .join("identity.linkage_records AS b", on="scored.record_no_r = b.record_no")
        .join("rules", on="cast(scored.match_key as varchar) = rules.match_key", join_type="left")
    )


def _no_pairs() -> exp.Select:
    names = {"record_no_l": 0, "record_no_r": 0, "match_weight": 0.5, "match_probability": 0.5}
    columns = [named(literal(value), name) for name, value in names.items()]
    return exp.select(*columns, named(text("0"), "match_key")).where(exp.false())
