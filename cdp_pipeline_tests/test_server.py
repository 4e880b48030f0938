"""The real webserver and daemon: backfills, the schedule's run and a `cdp run`, all started at once."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cdp_pipeline_tests.homes import REPOSITORY, cdp, make_command

pytestmark = pytest.mark.server
DAYS = [f"2026-11-{day:02}" for day in range(9, 16)]
REPO = {"repositoryLocationName": "cdp_pipeline", "repositoryName": "__repository__"}
BACKFILL = """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
STATUS = """query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } } }"""
TICK = """mutation($selector: ScheduleSelector!, $at: Float) { scheduleDryRun(selectorData: $selector, timestamp: $at) {
  ... on DryRunInstigationTick { evaluationResult { runRequests { tags { key value } } } } } }"""
LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
HITS_SUITE = """table: staging.web_analytics__hits
expectations:
  - {expectation: expect_column_values_to_be_in_set, arguments: {column: kind, value_set: [page, video]}, severity: block, dimension: validity, sentence: A hit is of a page or a video.}
"""
HITS_AND_DOWNSTREAM = (
    ("raw", "web_analytics__hits"),
    ("staging", "web_analytics__hits"),
    ("unified", "interactions"),
    ("profile", "timeline"),
    ("metrics", "profile_metrics"),
)
RUN = """query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 people over seven days, of one event source and two state sources."""
    home = tmp_path_factory.mktemp("server") / "home"
    shutil.copytree(REPOSITORY / "seeds", home / "seeds")
    for name in ("service_desk", "spreadsheets", "sales_crm", "email_marketing"):
        (home / "seeds" / "sources" / f"{name}.yml").unlink()
    for suite in (home / "seeds" / "expectations").glob("*.yml"):
        suite.unlink()
    (home / "seeds" / "expectations" / "staging.web_analytics__hits.yml").write_text(HITS_SUITE)
    identity = home / "seeds" / "identity.yml"
    identity.write_text(identity.read_text().replace("max_pairs: 10000000", "max_pairs: 100000"))
    assert cdp(home, "demo", "--people", "40", "--days", "7", "--out", str(home)).returncode == 0
    assert cdp(home, "run", "--date", DAYS[0]).returncode == 0
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "CDP_HOME": str(home), "DAGSTER_HOME": str(home / "data" / "dagster")}
    workspace = str(REPOSITORY / "workspace.yaml")
    commands = (
        ["-m", "dagster_webserver", "-w", workspace, "-h", "127.0.0.1", "-p", str(port)],
        ["-m", "dagster._daemon", "run", "-w", workspace],
    )
    processes = [
        subprocess.Popen(
            [sys.executable, *command],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for command in commands
    ]
    url = f"http://127.0.0.1:{port}/graphql"
    try:
        _wait(lambda: _answers(url), 90)
        yield url
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _answers(url: str) -> bool:
    try:
        return bool(_ask(url, "{ workspaceOrError { __typename } }", {}))
    except OSError:
        return False


def _ask(url: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        found: dict[str, Any] = json.load(response)
    assert "errors" not in found, found["errors"]
    return dict(found["data"])


def _wait(holds: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"did not happen within {seconds} s"
        time.sleep(1)


def test_backfill_schedule_and_command_line_run_at_once_lose_and_double_nothing(home: Path, server: str) -> None:
    environment = {**os.environ, "CDP_HOME": str(home)}
    selector = {"partitionSetName": "daily_partition_set", "repositorySelector": REPO}
    launched = _ask(server, BACKFILL, {"params": {"selector": selector, "partitionNames": DAYS[:5]}})[
        "launchPartitionBackfill"
    ]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    scheduled = _launch_the_schedules_run(server)
    command_line = subprocess.Popen(
        [sys.executable, "-m", "cdp_pipeline.cli", "run", "--date", DAYS[5]],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output, _ = command_line.communicate(timeout=400)
    assert command_line.returncode == 0, output
    _wait(lambda: _ask(server, RUN, {"id": scheduled})["runOrError"]["status"] in ("SUCCESS", "FAILURE"), 400)
    assert _ask(server, RUN, {"id": scheduled})["runOrError"]["status"] == "SUCCESS"
    _wait(lambda: _status(server, launched["backfillId"]).startswith(("COMPLETED", "FAILED")), 400)
    assert _status(server, launched["backfillId"]) == "COMPLETED_SUCCESS"
    _nothing_lost_nothing_doubled(home)


def test_make_ui_opens_the_ui_on_localhost_and_ctrl_c_closes_it(home: Path) -> None:
    if _listens(3000):
        pytest.skip("another process listens on port 3000")
    process = subprocess.Popen(
        make_command(home, "ui"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
    )
    try:
        _wait(lambda: _answers("http://127.0.0.1:3000/graphql"), 90)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(150)
    _wait(lambda: not _listens(3000), 60)


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def _launch_the_schedules_run(server: str) -> str:
    """What the schedule requests at 05:00 on the day after the last extract, launched as the daemon does."""
    at = 1794801600.0  # 2026-11-16 05:00 in Europe/Paris
    tick = _ask(server, TICK, {"selector": {**REPO, "scheduleName": "daily_at_05"}, "at": at})["scheduleDryRun"]
    (request,) = tick["evaluationResult"]["runRequests"]
    tags = [{"key": tag["key"], "value": tag["value"]} for tag in request["tags"]]
    assert {"key": "dagster/partition", "value": DAYS[6]} in tags
    params = {
        "selector": {**REPO, "jobName": "daily"},
        "runConfigData": {},
        "mode": "default",
        "executionMetadata": {"tags": tags},
    }
    launched = _ask(server, LAUNCH, {"params": params})["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    return str(launched["run"]["runId"])


def _status(server: str, backfill: str) -> str:
    return str(_ask(server, STATUS, {"id": backfill})["partitionBackfillOrError"]["status"])


def _nothing_lost_nothing_doubled(home: Path) -> None:
    delivered = sum(
        duckdb.read_parquet(str(path)).count("*").fetchall()[0][0]
        for path in (home / "data" / "landing" / "web_analytics").rglob("*.parquet")
    )
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        for table in ("raw.web_analytics__hits", "staging.web_analytics__hits", "unified.interactions"):
            assert connection.execute(f"select count(*) from {table}").fetchall()[0][0] == delivered, table
        days = connection.execute("select count(distinct as_of_day) from metrics.profile_metrics").fetchall()[0][0]
        assert days == len(DAYS)


def test_a_backfill_of_the_asset_graph_keeps_a_planted_fault_from_all_that_follows(home: Path, server: str) -> None:
    """Two days are chosen in the asset graph, the second one faulty: Dagster runs each asset for the range."""
    path = home / "data" / "landing" / "web_analytics" / DAYS[3] / "hits.parquet"
    faulty = path.with_suffix(".faulty")
    duckdb.read_parquet(str(path)).project("* replace ('robot' as kind)").write_parquet(str(faulty))
    faulty.replace(path)
    before = _digests(home)
    assets = [{"path": list(key)} for key in HITS_AND_DOWNSTREAM]
    launched = _ask(server, BACKFILL, {"params": {"assetSelection": assets, "partitionNames": DAYS[2:4]}})
    backfill = launched["launchPartitionBackfill"]["backfillId"]
    _wait(lambda: _status(server, backfill).startswith(("COMPLETED", "FAILED")), 300)
    assert _status(server, backfill) == "COMPLETED_FAILED"
    after = _digests(home)
    assert after.pop("raw.web_analytics__hits") != before.pop("raw.web_analytics__hits")
    assert after == before


def _digests(home: Path) -> dict[str, int]:
    """A digest of the rows of each table of the planted fault's way, whatever their order."""
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        return {
            f"{layer}.{name}": connection.execute(f"select bit_xor(hash(t)) from {layer}.{name} as t").fetchall()[0][0]
            for layer, name in HITS_AND_DOWNSTREAM
        }
