import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from cdp_pipeline.config.expectations import Suite
from cdp_pipeline.config.project import Project
from cdp_pipeline.reporting.expectations import draft_suites
from cdp_pipeline.resources.warehouse import WarehouseError
from cdp_pipeline.settings import Settings, load_settings


def _settings(home: Path) -> Settings:
    own = load_settings()
    return Settings(home=home, threads=own.threads, memory_limit=own.memory_limit)


@pytest.fixture(scope="module")
def of_sample(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the sample's warehouse: other tests of this process hold the original open."""
    settings = _settings(tmp_path_factory.mktemp("drafts") / "home")
    shutil.copytree(sample_home / "seeds", settings.seeds)
    settings.warehouse.parent.mkdir(parents=True)
    shutil.copyfile(sample_home / "data" / "warehouse" / "cdp.duckdb", settings.warehouse)
    return settings


def test_a_source_gets_a_valid_suite_a_table(of_sample: Settings, project: Project) -> None:
    drafted = draft_suites(of_sample, project, "email_marketing")
    assert [path.name for path in drafted] == [
        "raw.email_marketing__email_events.yml",
        "staging.email_marketing__email_events.yml",
        "raw.email_marketing__subscribers.yml",
        "staging.email_marketing__subscribers.yml",
    ]
    suites = [Suite.model_validate(yaml.safe_load(content)) for content in drafted.values()]
    words = [each for each in suites[1].expectations if each.columns == ("event",)]
    assert words[-1].arguments["value_set"] == ["clicked", "opened", "sent", "unsubscribed"]


def test_a_draft_holds_no_personal_value(of_sample: Settings, project: Project) -> None:
    for source in project.sources:
        for content in draft_suites(of_sample, project, source).values():
            assert "@" not in content


def test_a_source_that_was_never_run_is_told(seeds: Path, project: Project) -> None:
    settings = _settings(seeds.parent)
    settings.warehouse.parent.mkdir(parents=True)
    duckdb.connect(str(settings.warehouse)).close()
    with pytest.raises(WarehouseError, match=r"quality\.source_audit"):
        draft_suites(settings, project, "store_pos")
