from pathlib import Path

import pytest

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.extracts import ExtractError, jsonl

TABLE = Table.model_validate(
    {"extract": {"format": "jsonl", "path": "{date}.jsonl", "load": "append"}, "key": ["a"], "columns": {"a": {}}}
)


def test_keys_of_all_lines_are_columns(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n' * 500 + '{"b": 2}\n')
    assert jsonl.header(tmp_path / "x.jsonl", TABLE) == ["a", "b"]


def test_an_array_is_not_json_lines(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('[{"a": 1}]\n')
    with pytest.raises(ExtractError, match="no line is a JSON object"):
        jsonl.header(tmp_path / "x.jsonl", TABLE)
