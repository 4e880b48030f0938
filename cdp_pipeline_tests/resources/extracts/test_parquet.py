from pathlib import Path

import pytest

from cdp_pipeline.config.sources import Table
from cdp_pipeline.resources.extracts import ExtractError, parquet

TABLE = Table.model_validate(
    {"extract": {"format": "parquet", "path": "{date}.parquet", "load": "append"}, "key": ["a"], "columns": {"a": {}}}
)


def test_a_text_file_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("a,b")
    with pytest.raises(ExtractError, match="ask the source to deliver it again"):
        parquet.header(tmp_path / "x.parquet", TABLE)
