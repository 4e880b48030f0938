"""Scratch folders: what a run unpacks or fetches before it lands, below the deployment and gone with the run."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(data: Path) -> Iterator[Path]:
    """An empty folder, readable by its owner only; what killed processes left behind goes first."""
    root = data / "scratch"
    root.mkdir(parents=True, exist_ok=True)
    for left in root.iterdir():
        owner = left.name.partition("_")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}_", dir=root) as folder:
        yield Path(folder)
