import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import load_project
from cdp_pipeline.reporting.preview import preview_segment
from cdp_pipeline.resources.warehouse import WarehouseError
from cdp_pipeline.settings import Settings

SEGMENT = """
id: travellers
description: Looked at travel
owner: crm
include: {rules: [{event: viewed, where: {rules: [{field: category, operator: "=", value: travel}]}}]}
expected_size: {min: 100000}
"""


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("preview") / "home"))


def _preview(home: Path, content: str, as_of: date | None = None) -> str:
    path = home / "asked.yml"
    path.write_text(content)
    console = Console(file=io.StringIO(), width=200)
    preview_segment(Settings(home, 1, "1GB"), load_project(home / "seeds"), path, as_of, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_segment_is_told_in_words_numbers_and_sql(home: Path) -> None:
    told = _preview(home, SEGMENT)
    assert "Included: at least 1 × page seen (where category is travel)." in told
    assert "Inclus : au moins 1 × page vue (avec catégorie : travel)." in told
    assert "members as of 2026-11-15" in told
    assert "Expected are 100000 to any." in told
    assert "group_travel_interest" in told
    assert "newsletter" in told
    assert '"timeline"."category" = \'travel\'' in told


def test_the_preview_counts_what_the_run_counts(home: Path) -> None:
    path = home / "seeds" / "segments" / "jumper_campaign.yml"
    told = _preview(home, path.read_text(), date(2026, 11, 12))
    lines = [line for line in told.splitlines() if " members as of " in line or "that stands has" in line]
    assert lines[0].split(" ")[0] == lines[1].rstrip(".").split(" ")[-1]


def test_a_day_without_metrics_is_told(home: Path) -> None:
    with pytest.raises(WarehouseError, match="no profile has metrics as of 2026-10-10"):
        _preview(home, SEGMENT, date(2026, 10, 10))


def test_a_fault_names_file_and_line(home: Path) -> None:
    with pytest.raises(ConfigError, match=r"asked\.yml:5: .*field 'categor' does not exist; did you mean 'category'\?"):
        _preview(home, SEGMENT.replace("field: category", "field: categor"))
