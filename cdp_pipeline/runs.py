"""Running the daily job in this process, on the same Dagster instance as the UI.

What belongs here: creating the run so that the UI shows it under its code location, following its
events, and freeing what a killed process left behind. What does not: what the job does.
"""

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from dagster import (
    AssetKey,
    AssetSelection,
    BetaWarning,
    DagsterEvent,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    RunsFilter,
)
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.execution.api import execute_run_iterator
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import DagsterError

from cdp_pipeline.jobs import DAILY
from cdp_pipeline.partitions import PARTITION_TAG, RANGE_END_TAG, RANGE_START_TAG
from cdp_pipeline.settings import REPOSITORY

MODULE, ATTRIBUTE, LOCATION = "cdp_pipeline.definitions", "defs", "cdp_pipeline"
OWNER_TAG = "cdp/owner"
SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def run_daily(
    instance: DagsterInstance,
    first: date,
    last: date,
    selection: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Iterator[tuple[DagsterRun, DagsterEvent]]:
    """Run the job for a day or a range as one run, with further tags; yields its events as they happen."""
    recon = ReconstructableRepository.for_module(MODULE, ATTRIBUTE, working_directory=str(REPOSITORY))
    job = recon.get_reconstructable_job(DAILY)
    definition = job.get_definition()
    selected = _selected(recon, selection)
    run = instance.create_run_for_job(
        definition,
        run_config=SILENT,
        tags={**definition.run_tags, **_day_tags(first, last), OWNER_TAG: _owner(), **(tags or {})},
        asset_selection=selected,
        remote_job_origin=_origin(),
        job_code_origin=job.get_python_origin(),
    )
    for event in execute_run_iterator(job, run, instance):
        yield run, event


class UnknownSelection(Exception):
    """A selection that names no table."""


def free_dead_runs(instance: DagsterInstance) -> list[str]:
    """Mark runs of dead processes as failed and free their places in the pool; returns their ids."""
    freed = []
    for record in instance.get_run_records(RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        if OWNER_TAG in run.tags and not _alive(run.tags[OWNER_TAG]):
            instance.report_run_failed(run, "its process is gone; freed by the next run")
            freed.append(run.run_id)
    storage = instance.event_log_storage
    for key in storage.get_concurrency_keys():
        info = storage.get_concurrency_info(key)
        for run_id in {slot.run_id for slot in info.claimed_slots} | {step.run_id for step in info.pending_steps}:
            holder = instance.get_run_by_id(run_id)
            if holder is None or holder.is_finished:
                storage.free_concurrency_slots_for_run(run_id)
    return freed


def _selected(recon: ReconstructableRepository, selection: str | None) -> frozenset[AssetKey] | None:
    if selection is None:
        return None
    graph = recon.get_definition().asset_graph
    known = sorted({str(node.group_name) for node in graph.asset_nodes})
    try:
        with warnings.catch_warnings(action="ignore", category=BetaWarning):  # of a parameter that is not used here
            selected = frozenset(AssetSelection.from_string(selection).resolve(graph))
    except DagsterError:
        selected = frozenset()
    if not selected:
        raise UnknownSelection(
            f"--select '{selection}' selects no table; write group:<layer> with one of {known}, or key:<layer>/<table>"
        )
    return selected


def _day_tags(first: date, last: date) -> dict[str, str]:
    if first == last:
        return {PARTITION_TAG: first.isoformat()}
    return {RANGE_START_TAG: first.isoformat(), RANGE_END_TAG: last.isoformat()}


def _origin() -> RemoteJobOrigin:
    target = LoadableTargetOrigin(
        executable_path=sys.executable,
        module_name=MODULE,
        working_directory=str(REPOSITORY),
        attribute=ATTRIBUTE,
    )
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=target, location_name=LOCATION)
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), DAILY)


def _owner() -> str:
    return f"{os.getpid()} {_started(os.getpid())}"


def _alive(owner: str) -> bool:
    pid, started = owner.split()
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks: a process id alone may have been given again."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return "gone"
