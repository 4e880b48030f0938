"""`seeds/steward/decisions.csv`: what a person decided about two records."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from cdp_pipeline.config.base import ConfigError, read_csv

COLUMNS = ("decision", "record_id_l", "record_id_r", "decided_by", "decided_on", "reason")
DECISIONS = ("must_link", "cannot_link")


@dataclass(frozen=True)
class Decision:
    """Two records that are, or are not, one person."""

    decision: Literal["must_link", "cannot_link"]
    record_id_l: str
    record_id_r: str
    line: int = 0


def load_decisions(seeds: Path) -> list[Decision]:
    """Read all decisions; none where the file is missing. Raises ConfigError naming line, column and value."""
    path = seeds / "steward" / "decisions.csv"
    return [decision for decision, _ in read_decisions(path)] if path.exists() else []


def read_decisions(path: Path, undecided: bool = False) -> list[tuple[Decision, dict[str, str]]]:
    """Decisions of a file with their rows; `undecided` rows are passed over."""
    rows = [(line, row) for line, row in read_csv(path, COLUMNS) if row["decision"] or not undecided]
    return [(_decision(path, line, row), row) for line, row in rows]


def _decision(path: Path, line: int, row: dict[str, str]) -> Decision:
    if row["decision"] not in DECISIONS:
        raise ConfigError(f"{path}:{line}: decision: '{row['decision']}' is not one of {list(DECISIONS)}")
    if not row["record_id_l"] or not row["record_id_r"]:
        raise ConfigError(f"{path}:{line}: record_id_l and record_id_r must both be given")
    if not row["decided_by"] or not row["decided_on"]:
        raise ConfigError(f"{path}:{line}: decided_by and decided_on must be given: who decided, and when")
    if row["record_id_l"] == row["record_id_r"]:
        raise ConfigError(f"{path}:{line}: record_id_l and record_id_r are the same record; name two")
    kind = cast(Literal["must_link", "cannot_link"], row["decision"])
    return Decision(kind, row["record_id_l"], row["record_id_r"], line)


def as_table(decisions: list[Decision]) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Types and rows of the temporary table `decisions` (decision, record_id_l, record_id_r)."""
    types = dict.fromkeys(("decision", "record_id_l", "record_id_r"), "varchar")
    return types, [(d.decision, d.record_id_l, d.record_id_r) for d in decisions]


def contradictions(decisions: list[Decision]) -> list[tuple[Decision, list[Decision]]]:
    """Each cannot_link between records that must_links make one person, with these must_links."""
    group: dict[str, str] = {}

    def root(record: str) -> str:
        """The record that stands for all that are linked to it."""
        while (above := group.get(record, record)) != record:
            record = above
        return record

    musts = [decision for decision in decisions if decision.decision == "must_link"]
    for must in musts:
        group[root(must.record_id_l)] = root(must.record_id_r)
    return [
        (cannot, [must for must in musts if root(must.record_id_l) == root(cannot.record_id_l)])
        for cannot in decisions
        if cannot.decision == "cannot_link" and root(cannot.record_id_l) == root(cannot.record_id_r)
    ]
