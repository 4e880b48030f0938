"""`seeds/reference/*.csv`: small tables that rules read (placeholders, countries, titles, products)."""

import csv
from dataclasses import dataclass
from pathlib import Path

from cdp_pipeline.config.base import ConfigError


@dataclass(frozen=True)
class Reference:
    """Placeholder values, folded country names → ISO code, ISO code → calling code."""

    placeholders: tuple[str, ...]
    countries: dict[str, str]
    calling_codes: dict[str, str]


def load_reference(seeds: Path) -> Reference:
    """Read `placeholders.csv` (value) and `countries.csv` (code, calling_code, names separated by |)."""
    countries = _rows(seeds / "reference" / "countries.csv", ("code", "calling_code", "names"))
    placeholders = _rows(seeds / "reference" / "placeholders.csv", ("value",))
    return Reference(
        placeholders=tuple(sorted(row["value"].strip().lower() for row in placeholders)),
        countries={name.strip(): row["code"] for row in countries for name in row["names"].split("|")},
        calling_codes={row["code"]: row["calling_code"] for row in countries},
    )


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.exists():
        raise ConfigError(f"{path}: the file is missing; create it with the columns {', '.join(columns)}")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise ConfigError(f"{path}:1: the columns {missing} are missing; found {reader.fieldnames}")
        return list(reader)
