"""`seeds/privacy/suppressions.csv`: hashed contact points that must never be delivered."""

import re
from pathlib import Path

from cdp_pipeline.config.base import ConfigError, read_csv

COLUMNS = ("kind", "sha256", "since")
DIGEST = re.compile(r"^[0-9a-f]{64}$")


def load_suppressions(seeds: Path) -> list[tuple[str, str]]:
    """(kind, SHA-256 of the canonical value) of each entry; none where the file is missing."""
    path = seeds / "privacy" / "suppressions.csv"
    return [_entry(path, line, row) for line, row in read_csv(path, COLUMNS)] if path.exists() else []


def _entry(path: Path, line: int, row: dict[str, str]) -> tuple[str, str]:
    if row["kind"] not in ("email", "phone"):
        raise ConfigError(f"{path}:{line}: kind: '{row['kind']}' is not one of ['email', 'phone']")
    if not DIGEST.match(row["sha256"]):
        raise ConfigError(f"{path}:{line}: sha256: not 64 hexadecimal digits; only hashes may be kept here")
    return row["kind"], row["sha256"]
