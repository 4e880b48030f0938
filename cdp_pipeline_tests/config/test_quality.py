from pathlib import Path

import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import load_project


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("sample_rows: 20", "sample_rows: 21"),
        ("false_discovery_rate: 0.001", "false_discovery_rate: 1"),
        ("fewest_days: 5", "fewest_days: 2"),
        ("drift_limit: 0.25", "drift_limt: 0.25"),
    ],
)
def test_a_rule_out_of_bounds_is_told_with_its_line(seeds: Path, right: str, wrong: str) -> None:
    path = seeds / "quality.yml"
    path.write_text(path.read_text().replace(right, wrong))
    with pytest.raises(ConfigError, match=r"quality\.yml:\d+: .*" + wrong.split(":")[0]):
        load_project(seeds)
