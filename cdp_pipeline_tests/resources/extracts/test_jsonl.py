from pathlib import Path

import pytest

from cdp_pipeline.config.sources import Extract
from cdp_pipeline.resources.extracts import ExtractError, jsonl

EXTRACT = Extract(format="jsonl", path="{date}.jsonl", load="append")


def test_keys_of_all_sampled_lines_are_columns(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n{"b": 2}\n')
    assert jsonl.header(tmp_path / "x.jsonl", EXTRACT) == ["a", "b"]


def test_an_array_is_not_json_lines(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('[{"a": 1}]\n')
    with pytest.raises(ExtractError, match=":1: not a JSON object"):
        jsonl.header(tmp_path / "x.jsonl", EXTRACT)
