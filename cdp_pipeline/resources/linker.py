"""Running Splink in a warehouse session: training and scoring on `identity.linkage_records`.

What belongs here: the calls of Splink's API and what it leaves behind. What does not: the model
(`domain.linkage`).
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from splink import Linker
from splink.internals.exceptions import EMTrainingException
from sqlglot import exp

from cdp_pipeline.config.identity import Identity
from cdp_pipeline.domain.clustering import bits
from cdp_pipeline.domain.expressions import column, named, no_rows, table
from cdp_pipeline.domain.linkage import (
    SHARE,
    Settings,
    available,
    blocking_rule,
    build_settings,
    compared_columns,
    frequency_columns,
    with_m,
    with_u,
)
from cdp_pipeline.resources.warehouse import Linking, Session

RECORDS = "linkage_input"
SAMPLED_SHARE = 0.1
FETCHED_FONT = re.compile(r"<link[^>]*fonts\.g[^>]*>")
# Its hints on levels that a pass did not see are what the priors are for.
logging.getLogger("splink").setLevel(logging.ERROR)
SCORED = {
    "record_no_l": "bigint",
    "record_no_r": "bigint",
    "match_weight": "double",
    "match_probability": "double",
    "match_key": "varchar",
}


def filled_columns(session: Session) -> set[str]:
    """Columns of `identity.linkage_records` that hold any value."""
    names = [
        name for name in session.columns("identity.linkage_records") if name not in ("record_no", "record_id", "digest")
    ]
    counts = exp.select(*(named(exp.Count(this=column(name)), name) for name in names))
    found = session.rows(counts.from_(table("identity.linkage_records")))[0]
    return {name for name, count in zip(names, found, strict=True) if count}


def train(session: Session, identity: Identity, filled: set[str]) -> tuple[Settings, list[str]]:
    """Train without labels, the same from the same records; returns the settings and notes on passes left out.

    u comes from random pairs, m from expectation maximisation over passes that each hold another
    attribute fixed (Fellegi-Sunter; Splink's guidance).
    """
    training = identity.training
    settings = build_settings(identity, filled)
    sure = [blocking_rule(rule) for rule in available(training.deterministic_rules, filled)]
    notes = []
    with _linker(session, settings, frozen=False) as (linker, _):
        if sure:
            linker.training.estimate_probability_two_random_records_match(sure, recall=training.deterministic_recall)
        else:
            notes.append("the share of matches: no deterministic rule has all its columns, Splink's default stands")
        linker.training.estimate_u_using_random_sampling(max_pairs=training.max_pairs, seed=training.seed)
        settings = with_u(settings, linker.misc.save_model_to_json(), identity, filled)
    with _linker(session, settings, frozen=False) as (linker, _):
        is_enough = len(settings["comparisons"]) > 1  # a pass holds one fixed and learns of the others
        for columns in available(training.passes, filled) if is_enough else ():
            try:
                linker.training.estimate_parameters_using_expectation_maximisation(
                    blocking_rule(columns),
                    max_pairs=training.max_pairs_per_pass,
                    record_sample_proportion=SAMPLED_SHARE,
                )
            except (EMTrainingException, ValueError) as error:
                notes.append(f"{', '.join(columns)}: {str(error).splitlines()[0]}")
        return with_m(settings, linker.misc.save_model_to_json(), identity, filled), notes


def score(session: Session, settings: Settings, threshold: float, records: str, into: str) -> None:
    """Score the temporary table `candidates`; pairs at or above `threshold` go into the temporary table `into`.

    `records` is a table of the layer identity or a temporary one with the records of all candidates.
    Columns: record_no_l, record_no_r, match_weight, match_probability, match_key (place of the rule).
    """
    is_worth_it = settings["comparisons"] and session.rows(exp.select("1").from_("candidates").limit(1))
    if not is_worth_it:
        session.stage(into, no_rows(SCORED))
        return
    columns = ("record_no", *compared_columns(settings))
    with _linker(session, settings, frozen=True, records=records, columns=columns) as (linker, linking):
        linking.keep(_predicted(linker, linking, threshold), tuple(SCORED), into)


def weigh(session: Session, settings: Settings, records: str) -> list[dict[str, Any]]:
    """Weights of the temporary table `candidates` by comparison, whatever they add up to.

    Of each pair record_no_l, record_no_r, match_weight, match_probability, `prior` (the weight of two
    records of which nothing is known) and `parts`: (comparison, level, weight with its term frequency).
    """
    with _linker(session, _detailed(settings), frozen=True, records=records) as (linker, linking):
        rows = linking.rows(_predicted(linker, linking))
    share = float(settings[SHARE])
    return [
        {
            **{name: row[name] for name in SCORED if name in row},
            "prior": bits(share),
            "parts": [_part(comparison, row) for comparison in settings["comparisons"]],
        }
        for row in rows
    ]


def write_pages(session: Session, settings: Settings, records: str, clusters: list[str], folder: Path) -> list[Path]:
    """Splink's comparison viewer and cluster studio of the temporary table `candidates`, readable by their owner only.

    Candidates are named by record_id: a browser's numbers end at 53 bits. The clusters come from the
    temporary table `clustered_records` (cluster_id and the columns of `records`). Fonts that the pages
    would fetch from the net are left out.
    """
    paths = [folder / "comparisons.html", folder / "clusters.html"]
    for path in paths:
        path.touch(mode=0o600)
    settings = {**_detailed(settings), "unique_id_column_name": "record_id"}
    with _linker(session, settings, frozen=True, records=records) as (linker, linking):
        pairs = _predicted(linker, linking)
        linker.visualisations.comparison_viewer_dashboard(pairs, str(paths[0]), overwrite=True)
        linker.visualisations.cluster_studio_dashboard(
            pairs,
            linking.register("linkage_clusters", "clustered_records"),
            str(paths[1]),
            cluster_ids=clusters,
            overwrite=True,
        )
    for path in paths:
        path.write_text(FETCHED_FONT.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
    return paths


def _detailed(settings: Settings) -> Settings:
    kept = ("retain_intermediate_calculation_columns", "retain_matching_columns")
    return {**settings, **dict.fromkeys(kept, True)}


def _predicted(linker: Linker, linking: Linking, threshold: float | None = None) -> Any:
    """Splink's scores of the temporary table `candidates`; without a threshold of all of them."""
    candidates = linking.register("linkage_candidates", "candidates")
    linker.table_management.register_blocked_pairs_for_predict(candidates)
    return linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")


def _part(comparison: Settings, row: dict[str, Any]) -> tuple[str, str, float]:
    """The level that a comparison came to; Splink counts levels from the worst, 0, and what is missing as -1."""
    name = comparison["output_column_name"]
    null, *levels = comparison["comparison_levels"]
    level = row[f"gamma_{name}"]
    label = (null if level < 0 else levels[len(levels) - 1 - level])["label_for_charts"]
    return name, str(label), float(row[f"mw_{name}"]) + float(row.get(f"mw_tf_adj_{name}") or 0)


@contextmanager
def frozen_linker(session: Session, settings: Settings) -> Iterator[tuple[Linker, Linking]]:
    """A linker over `identity.linkage_records` with a trained model and its frequencies (see `_linker`)."""
    with _linker(session, settings, frozen=True) as opened:
        yield opened


@contextmanager
def _linker(
    session: Session,
    settings: Settings,
    frozen: bool,
    records: str = "identity.linkage_records",
    columns: Sequence[str] = (),
) -> Iterator[tuple[Linker, Linking]]:
    """A linker with an api of its own: Splink's cache belongs to the api and is keyed by name only.

    With `frozen`, term frequencies are those of `identity.term_frequencies`.
    """
    with session.linking() as linking:
        asked = linking.settings(settings)
        linker = Linker(linking.register(RECORDS, records, columns), asked, log_level=None, validate_settings=False)
        for name in frequency_columns(settings) if frozen else ():
            linker.table_management.register_term_frequency_lookup(linking.register_frequencies(name, records), name)
        yield linker, linking
