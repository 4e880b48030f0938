from pathlib import Path

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import load_project


@pytest.mark.parametrize(
    ("file", "right", "wrong", "message"),
    [
        (
            "identity.yml",
            "[name_key, birth]",
            "[name_kye, birth]",
            r"identity\.yml:\d+: training\..*'name_kye' is not one of",
        ),
        ("identity.yml", "loyalty_card: {limit", "loyaltycard: {limit", "'loyalty_card' is not one of the identifiers"),
        ("survivorship.yml", "  language: most_recent\n", "", "'language' has no rule"),
        ("survivorship.yml", "language: most_recent", "lnaguage: most_recent", "'lnaguage' is not an attribute"),
        (
            "deployment.yml",
            "default_country: FR",
            "default_country: XX",
            "'XX' is not in seeds/reference/countries.csv",
        ),
        ("expectations/profile.profiles.yml", "column: profile_id", "column: profil_id", r"'profil_id' is not one of"),
        ("steward/decisions.csv", "", "x", r"decisions\.csv:1: the columns"),
    ],
)
def test_a_name_that_nothing_else_knows_is_a_fault(
    seeds: Path, file: str, right: str, wrong: str, message: str
) -> None:
    path = seeds / file
    path.parent.mkdir(exist_ok=True)
    content = path.read_text() if path.exists() else ""
    assert right in content
    path.write_text(content.replace(right, wrong, 1) if right else wrong)
    with pytest.raises(ConfigError, match=message):
        load_catalogue(load_project(seeds))
