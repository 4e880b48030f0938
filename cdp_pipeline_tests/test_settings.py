import os
from pathlib import Path

import pytest

from cdp_pipeline.settings import REPOSITORY, load_settings, prepare_environment


def test_the_home_is_the_repository_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CDP_HOME", raising=False)
    assert load_settings().home == REPOSITORY


def test_another_home_holds_its_own_seeds_and_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CDP_HOME", str(tmp_path))
    settings = load_settings()
    assert settings.seeds == tmp_path / "seeds"
    assert settings.warehouse == tmp_path / "data" / "warehouse" / "cdp.duckdb"


def test_telemetry_is_off_and_the_instance_is_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CDP_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "true")
    prepare_environment(load_settings())
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    written = (tmp_path / "data" / "dagster" / "dagster.yaml").read_text()
    assert "telemetry: {enabled: false}" in written
    assert "granularity: op" in written


def test_only_settings_reads_the_environment() -> None:
    readers = [
        p
        for p in (REPOSITORY / "cdp_pipeline").rglob("*.py")
        if "os.environ" in p.read_text() or "os.getenv" in p.read_text()
    ]
    assert [p.name for p in readers] == ["settings.py"]
