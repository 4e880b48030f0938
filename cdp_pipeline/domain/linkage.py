"""The linkage model as Splink settings, and how trained parameters come into it.

What belongs here: settings from `seeds/identity.yml`, and smoothing of what training found. What does
not: the comparisons' levels (`domain.comparisons`) and running Splink (`resources.linker`).
"""

from typing import Any

from sqlglot import condition, exp

from cdp_pipeline.config.identity import Identity
from cdp_pipeline.domain.comparisons import Comparison, Level, comparisons

Settings = dict[str, Any]
RARER_THAN_PRIOR = 20.0
FURTHEST_FROM_PRIOR = 5.0
SHARE = "probability_two_random_records_match"


def blocking_rule(columns: tuple[str, ...]) -> str:
    """Both records agree on every column."""
    return " and ".join(f"l.{column} = r.{column}" for column in columns)


def build_settings(identity: Identity, filled: set[str]) -> Settings:
    """Untrained settings with priors, for the columns of `identity.linkage_records` that hold values."""
    rules = [rule for rule in identity.blocking_rules if set(rule.on) <= filled]
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_no",
        "linker_uid": "cdp_pipeline",
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "comparisons": [_comparison(comparison) for comparison in comparisons(identity, filled)],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": blocking_rule(rule.on), "sql_dialect": "duckdb"} for rule in rules
        ],
    }


def compared(identity: Identity, settings: Settings) -> Identity:
    """The configuration without the attributes that a model does not compare: no record holds any."""
    names = {comparison["output_column_name"] for comparison in settings["comparisons"]}
    return identity.model_copy(update={"attributes": {n: a for n, a in identity.attributes.items() if n in names}})


def frequency_columns(settings: Settings) -> list[str]:
    """Columns whose values' frequencies adjust weights."""
    levels = [level for comparison in settings["comparisons"] for level in comparison["comparison_levels"]]
    return sorted({str(level["tf_adjustment_column"]) for level in levels if level.get("tf_adjustment_column")})


def compared_columns(settings: Settings) -> list[str]:
    """Columns of the records that the comparisons read."""
    levels = [level for comparison in settings["comparisons"] for level in comparison["comparison_levels"]]
    conditions = [
        condition(level["sql_condition"], dialect="duckdb") for level in levels if level["sql_condition"] != "ELSE"
    ]
    read = {found.name[: -len("_l")] for each in conditions for found in each.find_all(exp.Column)}
    return sorted(read | set(frequency_columns(settings)))


def available(rules: tuple[tuple[str, ...], ...], filled: set[str]) -> list[tuple[str, ...]]:
    """Rules whose columns all hold values."""
    return [rule for rule in rules if set(rule) <= filled]


def with_u(settings: Settings, trained: Settings, identity: Identity, filled: set[str]) -> Settings:
    """Take over u from random sampling, less the matches that the sample held."""
    share = trained[SHARE]

    def update(level: Level, found: Settings) -> dict[str, float]:
        """u found, less its share of matches, and no further below the prior than allowed."""
        if level.fixed or "u_probability" not in found:
            return {}
        u = float(found["u_probability"])
        return {"u_probability": max(u - share * level.m, u / RARER_THAN_PRIOR, min(level.u, u))}

    updated = _updated(settings, trained, comparisons(identity, filled), update)
    return {**updated, SHARE: max(float(share), 1e-9)}


def with_m(settings: Settings, trained: Settings, identity: Identity, filled: set[str]) -> Settings:
    """Take over m from expectation maximisation, near the prior; better levels never weigh less than worse ones."""

    def update(level: Level, found: Settings) -> dict[str, float]:
        """m found, no further from the prior than allowed."""
        if level.fixed:
            return {}
        m = float(found.get("m_probability", level.m))
        return {"m_probability": min(max(m, level.m / FURTHEST_FROM_PRIOR), level.m * FURTHEST_FROM_PRIOR)}

    known = comparisons(identity, filled)
    updated = _updated(settings, trained, known, update)
    for comparison, content in zip(known, updated["comparisons"], strict=True):
        if not any(level.fixed for level in comparison.levels):
            _make_monotone(content["comparison_levels"][1:], comparison.largest_else_m)
        _round(content["comparison_levels"][1:])
    return {**updated, SHARE: _significant(updated[SHARE])}


def _round(levels: list[dict[str, Any]]) -> None:
    """Threads add up in any order: what differs in the last bits must not make another model version."""
    for level in levels:
        level.update({key: _significant(level[key]) for key in ("m_probability", "u_probability")})


def _significant(value: float) -> float:
    return float(f"{value:.9g}")


def _make_monotone(levels: list[dict[str, Any]], largest_else_m: float) -> None:
    last, others = levels[-1], levels[:-1]
    last["m_probability"] = min(last["m_probability"], largest_else_m)
    total = sum(level["m_probability"] for level in others)
    for level in others:
        level["m_probability"] *= (1 - last["m_probability"]) / total
    # Adjacent levels out of order are pooled (isotonic regression; Ayer et al. 1955): they weigh what they weigh together.
    pools: list[list[dict[str, Any]]] = []
    for level in levels:
        pools.append([level])
        while len(pools) > 1 and _odds(pools[-1]) > _odds(pools[-2]):
            pools[-2:] = [[*pools[-2], *pools[-1]]]
    for pool in pools:
        odds = _odds(pool)
        for level in pool:
            level["u_probability"] = level["m_probability"] / odds


def _odds(levels: list[dict[str, Any]]) -> float:
    """How much more often one of the levels comes among matching pairs than among others."""
    m, u = (sum(float(level[key]) for level in levels) for key in ("m_probability", "u_probability"))
    return m / u


def _updated(settings: Settings, trained: Settings, known: list[Comparison], update: Any) -> Settings:
    contents = []
    trained_levels = {found["output_column_name"]: found["comparison_levels"][1:] for found in trained["comparisons"]}
    for comparison, content in zip(known, settings["comparisons"], strict=True):
        null, *levels = content["comparison_levels"]
        # Splink leaves out a comparison that its last pass held fixed or could not learn: the prior stands
        found_levels = trained_levels.get(content["output_column_name"], [{}] * len(levels))
        pairs = zip(comparison.levels, levels, found_levels, strict=True)
        contents.append(
            {
                **content,
                "comparison_levels": [null, *({**level, **update(prior, f)} for prior, level, f in pairs)],
            }
        )
    return {**settings, "comparisons": contents}


def _comparison(comparison: Comparison) -> Settings:
    null = {"sql_condition": comparison.null, "label_for_charts": "nothing to compare", "is_null_level": True}
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [null, *(_level(level) for level in comparison.levels)],
    }


def _level(level: Level) -> Settings:
    content: Settings = {
        "sql_condition": level.condition,
        "label_for_charts": level.label,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.fixed:
        content |= {"fix_m_probability": True, "fix_u_probability": True}
    if level.frequency:
        content |= {"tf_adjustment_column": level.frequency, "tf_minimum_u_value": 1e-8}
    return content
