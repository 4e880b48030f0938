import io
import shutil
from pathlib import Path

import duckdb
from rich.console import Console

from cdp_pipeline.reporting.profile import print_profile
from cdp_pipeline.settings import Settings
from cdp_pipeline_tests.homes import cdp


def test_a_profile_is_printed_with_its_provenance(sample_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(sample_home, tmp_path / "home"))  # one process opens a file in one way only
    console = Console(file=io.StringIO(), width=200)
    assert print_profile(console, Settings(home, 1, "1GB"), "adrian.keller@gmail.com", "FR")
    assert isinstance(console.file, io.StringIO)
    printed = [" ".join(line.replace("│", " ").split()) for line in console.file.getvalue().splitlines()]
    for told in (
        "Known by 4 records in 4 systems, since 2021-08-26",
        "Mostly buys boots",
        "email adrian.keller@gmail.com web_shop.accounts:a900001 verified_first 1 2021-08-26",
        "email adriankeller+crm@gmail.com 2 unproved sales_crm 1 email newsletter",
        "sms newsletter granted decision 2021-08-26 channel and purpose store_pos 1",
    ):
        assert told in printed
    assert not print_profile(console, Settings(home, 1, "1GB"), "P00000000000", "FR")


def test_a_warehouse_without_all_tables_is_told(sample_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(sample_home, tmp_path / "home"))
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb")) as connection:
        connection.execute("drop table profile.contact_point_consent")
    shown = cdp(home, "show", "adrian.keller@gmail.com")
    assert shown.returncode == 1
    assert "the tables ['profile.contact_point_consent'] are not there yet" in " ".join(shown.stderr.split())
    assert "Traceback" not in shown.stderr
