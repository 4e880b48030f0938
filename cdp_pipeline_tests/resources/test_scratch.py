import subprocess
import sys
from pathlib import Path

from cdp_pipeline.resources.scratch import scratch_folder


def test_a_scratch_folder_is_gone_with_its_use(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as folder:
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_what_a_killed_process_left_goes_with_the_next_use(tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    left = tmp_path / "scratch" / f"{dead.stdout.strip()}_left"
    left.mkdir(parents=True)
    (left / "extracted.parquet").touch()
    with scratch_folder(tmp_path) as one, scratch_folder(tmp_path) as other:
        assert one.exists() and other.exists() and not left.exists()
