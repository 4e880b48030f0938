"""Following a run: a progress bar, and the record that the summary prints."""

import time
from collections.abc import Mapping
from datetime import date

from dagster import AssetCheckSeverity, DagsterEvent, DagsterEventType, DagsterInstance
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cdp_pipeline.reporting.summary import RunRecord
from cdp_pipeline.runs import free_dead_runs, run_daily


def follow(
    console: Console, first: date, last: date, selection: str | None, tags: Mapping[str, str] | None = None
) -> RunRecord:
    """Run the daily job, with further tags, and show how far it is."""
    record = RunRecord()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with DagsterInstance.get() as instance, Progress(*columns, console=console, transient=True) as progress:
        for run_id in free_dead_runs(instance):
            console.print(f"freed what the dead run {run_id[:8]} held")
        task = progress.add_task("starting", total=None)
        started = time.monotonic()
        for run, event in run_daily(instance, first, last, selection, tags):
            if progress.tasks[0].total is None:
                snapshot = instance.get_execution_plan_snapshot(str(run.execution_plan_snapshot_id))
                progress.update(task, total=len(snapshot.step_keys_to_execute))
            if event.event_type == DagsterEventType.STEP_START:
                started = time.monotonic()
                progress.update(task, description=str(event.step_key).replace("__", ".", 1))
            if event.event_type in (DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE):
                layer = str(event.step_key).split("__")[0]
                record.seconds[layer] = record.seconds.get(layer, 0.0) + time.monotonic() - started
                progress.advance(task)
            _note(record, event)
    return record


def _note(record: RunRecord, event: DagsterEvent) -> None:
    if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
        check = event.asset_check_evaluation_data
        if check.passed:
            record.passed += 1
        elif check.severity == AssetCheckSeverity.ERROR:
            record.blocked.append(f"{check.asset_key.to_user_string()}: {check.description}")
        else:
            record.warned.append(f"{check.asset_key.to_user_string()}: {check.description}")
    elif event.event_type == DagsterEventType.STEP_FAILURE:
        failure = event.step_failure_data
        told = failure.user_failure_data.description if failure.user_failure_data else None
        record.failures.append(told or failure.error_display_string)
    elif event.event_type == DagsterEventType.PIPELINE_SUCCESS:
        record.succeeded = True
