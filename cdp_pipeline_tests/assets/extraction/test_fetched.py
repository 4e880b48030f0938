import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterEventType, DagsterInstance, ExecuteInProcessResult

from cdp_pipeline.config.project import load_project
from cdp_pipeline.definitions import build_definitions
from cdp_pipeline.jobs import DAILY
from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
from cdp_pipeline.settings import Settings
from cdp_pipeline_tests.servers import emptied, free_port

SOURCE = """
source: {name}
tables:
  people:
    extract:
      format: parquet
      path: "{name}/{{date}}/people.parquet"
      load: delta
      connector: {{kind: database, url_secret: {secret}, table: people, cursor: changed}}
    key: [id]
    columns:
      id: {{required: true}}
      name: {{type: name}}
      changed: {{type: timestamp}}
"""


def run(home: Path, day: str, *selected: str) -> ExecuteInProcessResult:
    settings = Settings(home=home, threads=2, memory_limit="2GB")
    definitions = build_definitions(load_project(settings.seeds), settings)
    keys = [AssetKey(name.split("/")) for name in selected]
    job = definitions.resolve_job_def(DAILY)
    with DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(partition_key=day, asset_selection=keys, instance=instance, raise_on_error=True)


@pytest.fixture
def home(seeds: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ERP_URL", postgres_url)
    monkeypatch.setenv("TILL_URL", f"postgresql+psycopg://cdp@127.0.0.1:{free_port()}/postgres")
    for name, secret in (("erp", "ERP_URL"), ("till", "TILL_URL")):
        (seeds / "sources" / f"{name}.yml").write_text(SOURCE.format(name=name, secret=secret))
    sql = emptied(postgres_url)
    sql("create table people (id bigint, name text, changed timestamptz)")
    sql("insert into people values (1, 'Zoé', '2026-11-14 12:00+01'), (2, 'Léo', '2026-11-15 12:00+01')")
    return seeds.parent


@pytest.mark.postgres
def test_a_source_out_of_reach_fails_its_check_and_stops_no_other(home: Path) -> None:
    tables = ("quality/extracts", "raw/erp__people", "raw/till__people", "staging/erp__people")
    done = run(home, "2026-11-15", "extraction/erp", "extraction/till", *tables)
    checks = {
        event.asset_check_evaluation_data.asset_key.to_user_string(): event.asset_check_evaluation_data
        for event in done.all_events
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION
    }
    assert checks["extraction/erp"].passed
    assert not checks["extraction/till"].passed
    assert "till.people of 2026-11-15: connection" in str(checks["extraction/till"].description)
    arrived = [event.asset_key for event in done.all_events if event.is_step_materialization]
    assert AssetKey(["landing", "erp"]) in arrived, "the arrival counts for the source's freshness"
    assert AssetKey(["landing", "till"]) not in arrived
    database = str(home / "data" / "warehouse" / "cdp.duckdb")
    with DuckDBWarehouse(database=database, seeds=str(home / "seeds")).session(read_only=True) as session:
        from sqlglot import exp

        found = session.rows(exp.select("id", "name", "changed").from_("staging.erp__people").order_by("id"))
    assert [(row[0], row[1]) for row in found] == [("1", "Zoé"), ("2", "Léo")]
    assert [row[2].date() for row in found] == [date(2026, 11, 14), date(2026, 11, 15)]


def test_no_driver_is_loaded_where_no_source_asks_for_it(seeds: Path) -> None:
    """Neither dlt nor any client of a network service is imported with the definitions of the sample."""
    script = (
        "import sys; from pathlib import Path\n"
        "from cdp_pipeline.config.project import load_project\n"
        "from cdp_pipeline.definitions import build_definitions\n"
        "from cdp_pipeline.settings import Settings\n"
        "build_definitions(load_project(Path(sys.argv[1])), Settings(Path(sys.argv[1]).parent, 2, '2GB'))\n"
        "print([name for name in ('dlt', 'psycopg', 'boto3', 'paramiko', 's3fs') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(seeds)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
