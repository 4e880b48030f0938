"""What Spark alone does; what both engines do is in `test_warehouse`."""

import subprocess
import sys
from pathlib import Path

import pytest

from cdp_pipeline_tests.homes import REPOSITORY

pytestmark = pytest.mark.spark


def test_a_run_ends_right_though_an_executor_is_killed(spark_warehouse: object, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cdp_pipeline_tests.lose_an_executor", str(tmp_path), str(REPOSITORY / "seeds")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "held 1000 499500 killed 1" in done.stdout, done.stderr[-2000:]
