"""A new model of the sample: report, comparison, promotion, and ids that carry over."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import load_project
from cdp_pipeline.reporting.training import Training, promote, train_model
from cdp_pipeline.settings import Settings
from cdp_pipeline_tests.homes import cdp

IDS = "select record_id, profile_id from identity.identity_map"


@pytest.fixture(scope="module")
def settings(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy: one process opens a file in one way only."""
    return Settings(Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("training") / "home")), 1, "1GB")


@pytest.fixture(scope="module")
def trained(settings: Settings) -> Training:
    project = load_project(settings.seeds)
    hasty = project.identity.training.model_copy(update={"max_pairs": 100_000.0, "seed": 3})
    identity = project.identity.model_copy(update={"training": hasty})
    return train_model(settings, replace(project, identity=identity), compare=True)


def test_both_models_are_compared_on_the_same_pairs(trained: Training) -> None:
    assert trained.compared is not None
    both, old, new = trained.compared
    assert both > 10 * (old + new)


def test_the_report_shows_the_model_and_fetches_nothing(trained: Training) -> None:
    page = (trained.folder / "report.html").read_text()
    assert page.count("<img") == 4
    assert "http" not in page.replace("data:image", "")


def test_a_promoted_model_is_in_force_from_the_next_run_and_ids_carry_over(
    settings: Settings, trained: Training
) -> None:
    database = str(settings.home / "data" / "warehouse" / "cdp.duckdb")
    with duckdb.connect(database, read_only=True) as connection:
        before = dict(connection.execute(IDS).fetchall())
    promote(settings, trained.version)
    done = cdp(settings.home, "run", "--date", "2026-11-15", "--select", "group:identity")
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(database, read_only=True) as connection:
        after = dict(connection.execute(IDS).fetchall())
        (model,) = connection.execute("select settings from identity.linkage_model").fetchall()[0]
        versions = connection.execute("select distinct model_version from identity.scored_pairs").fetchall()
        (version,) = connection.execute("select version from identity.linkage_model").fetchall()[0]
    assert model.replace(" ", "") == (trained.folder / "model.json").read_text().replace(" ", "").replace("\n", "")
    assert versions == [(version,)]
    kept = sum(after[record] == profile for record, profile in before.items())
    assert kept > 0.95 * len(before)


def test_a_model_that_is_not_there_is_told(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="there is no such model"):
        promote(settings, "nothing")
