"""Requests for erasure; `seeds/privacy/erasure_requests.csv`: what is hashed of the erased, so that no extract
brings them back.

A line taken out of it lets whom it tells of in again.
"""

from pathlib import Path

from cdp_pipeline.config.base import ConfigError, read_csv
from cdp_pipeline.config.suppressions import DIGEST

COLUMNS = ("request_id", "erased_on", "kind", "sha256")
ASKED_BY = ("email", "phone", "profile")
KINDS = ("email", "phone", "record", "order", "visitor")


def load_erased(seeds: Path) -> list[tuple[str, str]]:
    """(kind, SHA-256 of the canonical value or id) of each entry; none where the file is missing."""
    path = seeds / "privacy" / "erasure_requests.csv"
    return sorted({_entry(path, line, row) for line, row in read_csv(path, COLUMNS)}) if path.exists() else []


def _entry(path: Path, line: int, row: dict[str, str]) -> tuple[str, str]:
    if row["kind"] not in KINDS:
        raise ConfigError(f"{path}:{line}: kind: '{row['kind']}' is not one of {list(KINDS)}")
    if not DIGEST.match(row["sha256"] or ""):
        raise ConfigError(f"{path}:{line}: sha256: not 64 hexadecimal digits; only hashes may be kept here")
    return row["kind"], row["sha256"]


def read_requests(path: Path) -> list[tuple[str, str, str]]:
    """Kind, value and place of each request of a file with the columns kind and value; values are never told."""
    requests = []
    for line, row in read_csv(path, ("kind", "value")):
        kind, value = (row["kind"] or "").strip(), (row["value"] or "").strip()
        if kind not in ASKED_BY:
            raise ConfigError(f"{path}:{line}: kind: not one of {list(ASKED_BY)}")
        if not value:
            raise ConfigError(f"{path}:{line}: value: empty; give the address, the number or the profile id")
        requests.append((kind, value, f"{path}:{line}"))
    return requests
