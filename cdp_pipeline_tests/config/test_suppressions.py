from pathlib import Path

import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.suppressions import load_suppressions


def _suppressions(tmp_path: Path, line: str) -> Path:
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy" / "suppressions.csv").write_text(f"kind,sha256,since\n{line}\n")
    return tmp_path


def test_hashes_are_read(tmp_path: Path) -> None:
    assert load_suppressions(_suppressions(tmp_path, f"email,{'a' * 64},2026-01-01")) == [("email", "a" * 64)]


def test_a_plain_address_must_not_stand_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_suppressions(_suppressions(tmp_path, "email,someone@example.org,2026-01-01"))
    assert "only hashes may be kept" in str(caught.value)
    assert "someone@example.org" not in str(caught.value)
