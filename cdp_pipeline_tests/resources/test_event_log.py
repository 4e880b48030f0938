from pathlib import Path

import pytest
from dagster import DagsterInstance, job, op
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage

from cdp_pipeline.resources.event_log import FILES_KEPT_OPEN, OpenSqliteEventLogStorage
from cdp_pipeline_tests.homes import REPOSITORY


@op
def work() -> None:
    """Do nothing."""


@job
def works() -> None:
    work()


def test_what_is_logged_is_what_dagsters_own_storage_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dagster.yaml").write_text((REPOSITORY / "data" / "dagster" / "dagster.yaml").read_text())
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        storage = instance.event_log_storage
        assert isinstance(storage, OpenSqliteEventLogStorage)
        runs = [works.execute_in_process(instance=instance).run_id for _ in range(FILES_KEPT_OPEN + 2)]
        assert len(storage._engines) == FILES_KEPT_OPEN, "the files of older runs are closed again"
        logged = {run: [entry.message for entry in storage.get_logs_for_run(run)] for run in runs}
    with_dagsters_own = SqliteEventLogStorage(str(tmp_path / "history" / "runs"))
    for run in runs:
        assert [entry.message for entry in with_dagsters_own.get_logs_for_run(run)] == logged[run] != []
