import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from cdp_pipeline.privacy.erasure import Erasure
from cdp_pipeline.reporting.erasure import print_erasure
from cdp_pipeline.settings import Settings

FOUND = Erasure("E1", "2026-11-16", 1, 4, [], 2, {"unified.orders": 1200}, {"a.csv": 3}, ["mailer"], ["log"], 12)


def _printed(found: Erasure, *, dry_run: bool = False) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_erasure(console, Settings(Path("/home"), 1, "1GB"), found, dry_run=dry_run)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_counts_are_told_by_table_and_file() -> None:
    printed = _printed(FOUND)
    for told in (
        "4 person record(s)",
        "1,200",
        "a.csv",
        "mailer",
        "12 hashes",
        "holds the person",
        "E1.json",
    ):
        assert told in printed


@pytest.mark.parametrize(
    ("found", "dry_run", "told"),
    [
        (FOUND, True, "Nothing was changed; the same command without --dry-run erases."),
        (replace(FOUND, left=["data/x.csv"]), False, "Still found in: data/x.csv"),
        (replace(FOUND, profiles=0, rows={}, lines={}), False, "Nobody was found; nothing was changed."),
    ],
)
def test_the_end_says_what_became_of_it(found: Erasure, dry_run: bool, told: str) -> None:
    printed = _printed(found, dry_run=dry_run)
    assert told in printed
    assert "holds the person" not in printed
