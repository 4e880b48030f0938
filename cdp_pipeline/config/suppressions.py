"""`seeds/privacy/suppressions.csv`: hashed contact points that must never be delivered."""

import csv
import re
from pathlib import Path

from cdp_pipeline.config.base import ConfigError

COLUMNS = ("kind", "sha256", "since")
DIGEST = re.compile(r"^[0-9a-f]{64}$")


def load_suppressions(seeds: Path) -> list[tuple[str, str]]:
    """(kind, SHA-256 of the canonical value) of each entry; none where the file is missing."""
    path = seeds / "privacy" / "suppressions.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise ConfigError(f"{path}:1: the columns {missing} are missing; the header is {','.join(COLUMNS)}")
        return [_entry(path, line, row) for line, row in enumerate(reader, start=2)]


def _entry(path: Path, line: int, row: dict[str, str]) -> tuple[str, str]:
    if row["kind"] not in ("email", "phone"):
        raise ConfigError(f"{path}:{line}: kind: '{row['kind']}' is not one of ['email', 'phone']")
    if not DIGEST.match(row["sha256"]):
        raise ConfigError(f"{path}:{line}: sha256: not 64 hexadecimal digits; only hashes may be kept here")
    return row["kind"], row["sha256"]
