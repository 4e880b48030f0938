from pathlib import Path

import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.reference import load_reference


def test_countries_have_codes_by_name(seeds: Path) -> None:
    reference = load_reference(seeds)
    assert reference.countries["allemagne"] == "DE"


def test_a_short_form_has_one_full_form(seeds: Path) -> None:
    assert load_reference(seeds).given_names["bill"] == "william"


def test_a_missing_column_is_named(seeds: Path) -> None:
    (seeds / "reference" / "countries.csv").write_text("code,name\nFR,france\n")
    with pytest.raises(ConfigError, match=r"countries\.csv:1: the columns \['names'\] are missing"):
        load_reference(seeds)
