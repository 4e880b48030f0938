"""`identity.linkage_model`: the model in force; trained on the first run where the deployment gives none.

A model stays in force until `cdp train` replaces it, or the configuration of linkage changes. With it
stands how large a block of each blocking rule may be: so that the pairs compared depend on the records
and the version alone.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.charts import blocked_pairs, match_weights, probabilities
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.linkage_model import load_linkage_model
from cdp_pipeline.domain.blocking import (
    Blocks,
    keys_select,
    large_blocks_select,
    limited,
    missed_select,
    sizes_select,
    sure_pairs_select,
)
from cdp_pipeline.domain.linkage import Settings, available, build_settings
from cdp_pipeline.resources.linker import filled_columns, train
from cdp_pipeline.resources.warehouse import Session

BUDGETS = Expectation(
    expectation="expect_blocking_within_budget",
    severity="warn",
    dimension="completeness",
    sentence="No blocking rule would propose more candidate pairs than its budget.",
)
TRAINED = Expectation(
    expectation="expect_model_of_enough_records",
    severity="warn",
    dimension="accuracy",
    sentence="The model was trained on enough records, and the deployment has not outgrown it.",
)
CHECKS = (BUDGETS, TRAINED)


@dataclass(frozen=True)
class Model:
    """A trained model: Splink's settings, and the limits of blocks."""

    version: str
    settings: Settings
    blocks: tuple[Blocks, ...]


def model_in_force(session: Session) -> Model:
    """The newest model of `identity.linkage_model`."""
    version, settings, blocks = session.rows(
        exp.select("version", "settings", "blocks").from_("identity.linkage_model")
    )[0]
    return Model(str(version), json.loads(settings), tuple(Blocks(**found) for found in json.loads(blocks)["limits"]))


def build(run: TableRun) -> None:
    """Keep the standing model, read the given one, or train."""
    filled = filled_columns(run.session)
    untrained = build_settings(run.project.identity, filled)
    records = int(run.session.rows(exp.select("count(*)").from_("identity.linkage_records"))[0][0])
    rules = [rule.model_dump(mode="json") for rule in run.project.identity.blocking_rules]
    standing = (
        run.session.rows(exp.select("*").from_("identity.linkage_model"))
        if list(run.session.columns(run.table.full_name)) == list(run.table.sidecar.columns)
        else []
    )
    shape = _digest(_shape(untrained))
    given = _given(run, shape)
    in_force = json.loads(standing[0][3]) if standing else None
    if in_force and _digest(_shape(in_force)) == shape and given in (None, in_force):
        settings, trained_on, records_then = in_force, standing[0][1], standing[0][2]
        blocks = json.loads(standing[0][4])
    else:
        settings = given or _trained(run, filled)
        trained_on, records_then, blocks = run.as_of, records, {}
    if blocks.get("rules") != rules:
        blocks = {"rules": rules, "limits": [asdict(limit) for limit in _limits(run)]}
    _judge_training(run, records_then, records)
    _judge_budgets(run, [Blocks(**limit) for limit in blocks["limits"]], filled)
    version = _digest({"settings": settings, "blocks": blocks})
    row = (version, trained_on, records_then, *(json.dumps(part, sort_keys=True) for part in (settings, blocks)))
    run.metadata["version"] = version
    run.metadata["match weights"] = match_weights(settings)
    run.metadata["m and u"] = probabilities(settings)
    run.metadata["blocked pairs"] = blocked_pairs([Blocks(**limit) for limit in blocks["limits"]])
    types = run.table.sidecar.types
    run.session.stage_rows("model_in_force", types, [row])
    run.write(exp.select("*").from_("model_in_force"))


def _judge_training(run: TableRun, then: int, now: int) -> None:
    """Tell of a model that was trained on too few records to be trusted with those of today."""
    training = run.project.identity.training
    few = then < training.least_records or now > training.outgrown_by * then
    advice = "`cdp train --compare` trains a new one and compares" if few else "enough"
    run.judge(TRAINED, not few, f"trained on {then:,} records, today there are {now:,}: {advice}")


def _judge_budgets(run: TableRun, limits: list[Blocks], filled: set[str]) -> None:
    """Tell of rules that would burst their budget, and what keeping to it costs in recall.

    The cost is the share of the pairs that agree on a deterministic rule which no blocking rule proposes.
    """
    identity = run.project.identity
    tight = [
        f"{rule.name}: {limit.left_out:,} of {limit.left_out + limit.pairs:,} pairs are left out "
        f"({f'blocks above {limit.largest} records' if limit.largest > 1 else 'the rule'}) to keep to {rule.budget:,}"
        for rule, limit in zip(identity.blocking_rules, limits, strict=True)
        if limit.largest < rule.largest_block
    ]
    sure = available(identity.training.deterministic_rules, filled)
    if tight and sure:
        run.session.stage("keys", keys_select(identity))
        run.session.stage("large_blocks", large_blocks_select(limits, "keys"))
        run.session.stage("sure_pairs", sure_pairs_select(sure))
        large = {limit.rule for limit in limits}
        pairs, missed = run.session.rows(missed_select(limits, "sure_pairs", "keys", large))[0]
        tight.append(
            f"of {pairs:,} pairs that agree on a deterministic rule no blocking rule proposes "
            f"{missed / max(pairs, 1):.2%}; pairs that agree on less are not counted"
        )
    run.judge(BUDGETS, not tight, "; ".join(tight) or "all within their budgets")


def _limits(run: TableRun) -> list[Blocks]:
    """How large a block of each rule may be; what is left out is told."""
    limits = [
        limited(rule, {int(size): int(blocks) for size, blocks in run.session.rows(sizes_select(rule))})
        for rule in run.project.identity.blocking_rules
    ]
    run.metadata["pairs left out by blocking"] = (
        "; ".join(
            f"{limit.rule}: {limit.left_out:,} of {limit.left_out + limit.pairs:,} "
            f"(blocks above {limit.largest} records)"
            for limit in limits
            if limit.left_out
        )
        or "none"
    )
    return limits


def _trained(run: TableRun, filled: set[str]) -> Settings:
    if not build_settings(run.project.identity, filled)["comparisons"]:
        return build_settings(run.project.identity, filled)
    settings, notes = train(run.session, run.project.identity, filled)
    run.metadata["training passes left out"] = "; ".join(notes) or "none"
    return settings


def _given(run: TableRun, shape: str) -> Settings | None:
    settings = load_linkage_model(run.project.seeds)
    if settings and _digest(_shape(settings)) != shape:
        raise ConfigError(
            f"{run.project.seeds / 'linkage_model.json'}: its comparisons or blocking rules differ from identity.yml on this deployment's columns; "
            "train it again (`cdp train`), or delete it to train on the next run"
        )
    return settings


def _shape(settings: Settings) -> Settings:
    """What the configuration decides: conditions and rules, without what training found."""
    comparisons = [
        [level["sql_condition"] for level in comparison["comparison_levels"]] for comparison in settings["comparisons"]
    ]
    return {"comparisons": comparisons, "rules": settings["blocking_rules_to_generate_predictions"]}


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
