from pathlib import Path

import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.linkage_model import load_linkage_model


def test_without_a_file_no_model_was_promoted(tmp_path: Path) -> None:
    assert load_linkage_model(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [('{"comparisons": [', "not valid JSON"), ("[]", "not a linkage model"), ('{"comparisons": []}', "blocking_rules")],
)
def test_a_broken_model_is_told_with_its_file(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "linkage_model.json").write_text(content)
    with pytest.raises(ConfigError, match=rf"linkage_model\.json: .*{told}.*cdp train"):
        load_linkage_model(tmp_path)
