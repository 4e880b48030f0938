"""`seeds/reference/*.csv`: small tables that rules read (placeholders, countries, given names, products)."""

from dataclasses import dataclass
from pathlib import Path

from cdp_pipeline.config.base import read_csv


@dataclass(frozen=True)
class Reference:
    """Placeholder values; folded country names → ISO code; folded short and foreign forms of given names → one form."""

    placeholders: tuple[str, ...]
    countries: dict[str, str]
    given_names: dict[str, str]


def load_reference(seeds: Path) -> Reference:
    """Read `placeholders.csv` (value), `countries.csv` (code, names) and `given_names.csv` (name, variants), separated by |."""
    countries = [row for _, row in read_csv(seeds / "reference" / "countries.csv", ("code", "names"))]
    placeholders = [row for _, row in read_csv(seeds / "reference" / "placeholders.csv", ("value",))]
    given_names = [row for _, row in read_csv(seeds / "reference" / "given_names.csv", ("name", "variants"))]
    return Reference(
        placeholders=tuple(sorted(row["value"].strip().lower() for row in placeholders)),
        countries={name.strip(): row["code"] for row in countries for name in row["names"].split("|")},
        given_names={name.strip(): row["name"] for row in given_names for name in row["variants"].split("|")},
    )
