"""`seeds/reference/*.csv`: small tables that rules read (placeholders, countries, titles, products)."""

from dataclasses import dataclass
from pathlib import Path

from cdp_pipeline.config.base import read_csv


@dataclass(frozen=True)
class Reference:
    """Placeholder values, and folded country names → ISO code."""

    placeholders: tuple[str, ...]
    countries: dict[str, str]


def load_reference(seeds: Path) -> Reference:
    """Read `placeholders.csv` (value) and `countries.csv` (code, names separated by |)."""
    countries = [row for _, row in read_csv(seeds / "reference" / "countries.csv", ("code", "names"))]
    placeholders = [row for _, row in read_csv(seeds / "reference" / "placeholders.csv", ("value",))]
    return Reference(
        placeholders=tuple(sorted(row["value"].strip().lower() for row in placeholders)),
        countries={name.strip(): row["code"] for row in countries for name in row["names"].split("|")},
    )
