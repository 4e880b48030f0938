from pathlib import Path

import pytest

from cdp_pipeline.config.base import ConfigError, load, read_yaml
from cdp_pipeline.config.consent import Consent
from cdp_pipeline.config.deployment import Deployment
from cdp_pipeline.config.segments import Property


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "deployment.yml"
    path.write_text(text)
    return path


def test_a_misspelt_key_is_named_with_line_and_nearest_key(tmp_path: Path) -> None:
    path = _written(tmp_path, "name: x\nfirst_day: 2026-01-01\ntimezon: Europe/Paris\n")
    with pytest.raises(
        ConfigError, match=r"deployment\.yml:3: timezon: unknown key 'timezon'; did you mean 'timezone'\?"
    ):
        load(path, Deployment)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="first_day: this key is required"):
        load(_written(tmp_path, "name: x\n"), Deployment)


def test_a_wrong_value_is_shown_with_what_would_do(tmp_path: Path) -> None:
    path = _written(tmp_path, "name: x\nfirst_day: 2026-01-01\ntimezone: Europe/Pariss\n")
    with pytest.raises(ConfigError, match=r"3: timezone: .*IANA name.*'Europe/Pariss'"):
        load(path, Deployment)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(_written(tmp_path, "nam: x\n"), Deployment)
    assert len(str(caught.value).splitlines()) == 3


def test_broken_yaml_names_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not valid YAML.*line 2"):
        load(_written(tmp_path, "name: x\n  first_day: [\n"), Deployment)


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.yml"
    path.write_text("include: 1\nother: 2\ninclude: 3\n")
    with pytest.raises(ConfigError, match="line 3: 'include' stands in line 1 already"):
        read_yaml(path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the file is missing; create it"):
        load(tmp_path / "none.yml", Deployment)


@pytest.mark.parametrize("word", ["on", "off", "yes", "no"])
def test_words_are_not_taken_for_booleans(tmp_path: Path, word: str) -> None:
    text = f"channels: [{word}]\npurposes: {{}}\npairs: {{}}\n"
    path = tmp_path / "consent.yml"
    path.write_text(text)
    assert load(path, Consent).channels == (word,)


@pytest.mark.parametrize(
    ("found", "told"),
    [("=>", "did you mean '>='?"), ("not_in", "did you mean 'not in'?"), ("roughly", "found 'roughly'$")],
)
def test_a_word_that_is_none_of_those_known_is_told_with_the_nearest(tmp_path: Path, found: str, told: str) -> None:
    path = tmp_path / "rule.yml"
    path.write_text(f"field: city\noperator: {found!r}\nvalue: 1\n")
    with pytest.raises(ConfigError, match=told.replace("?", r"\?")):
        load(path, Property)
