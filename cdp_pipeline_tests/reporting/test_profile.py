import shutil
from pathlib import Path

from rich.console import Console

from cdp_pipeline.reporting.profile import print_profile
from cdp_pipeline.settings import Settings


def test_a_profile_is_printed_with_its_provenance(sample_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(sample_home, tmp_path / "home"))  # one process opens a file in one way only
    console = Console(record=True, width=200, quiet=True)
    with console.capture():
        assert print_profile(console, Settings(home, 1, "1GB"), "adrian.keller@gmail.com", "FR")
    assert not print_profile(console, Settings(home, 1, "1GB"), "P000000000000000", "FR")
