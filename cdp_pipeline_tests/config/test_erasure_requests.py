from pathlib import Path

import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.erasure_requests import load_erased, read_requests


def _seeds(tmp_path: Path, line: str) -> Path:
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy" / "erasure_requests.csv").write_text(f"request_id,erased_on,kind,sha256\n{line}\n")
    return tmp_path


def test_hashes_are_read_once(tmp_path: Path) -> None:
    line = f"E1,2026-01-01,record,{'a' * 64}"
    assert load_erased(_seeds(tmp_path, f"{line}\nE2{line[2:]}")) == [("record", "a" * 64)]


def test_nobody_was_erased_where_the_file_is_missing(tmp_path: Path) -> None:
    assert load_erased(tmp_path) == []


@pytest.mark.parametrize("line", ["E1,2026-01-01,email,someone@example.org", f"E1,2026-01-01,name,{'a' * 64}"])
def test_anything_but_a_hash_of_a_known_kind_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError, match=r"erasure_requests.csv:2") as caught:
        load_erased(_seeds(tmp_path, line))
    assert "someone@example.org" not in str(caught.value)


def test_requests_have_a_place_and_no_value_in_their_faults(tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text("kind,value\nemail, someone@example.org\nprofile,P1\n")
    assert [(kind, value) for kind, value, _ in read_requests(path)] == [
        ("email", "someone@example.org"),
        ("profile", "P1"),
    ]
    path.write_text("kind,value\nsomeone@example.org,\n")
    with pytest.raises(ConfigError, match=r"requests.csv:2: kind: not one of") as caught:
        read_requests(path)
    assert "someone" not in str(caught.value)
