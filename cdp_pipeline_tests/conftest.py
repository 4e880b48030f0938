"""Fixtures: an in-memory session, the repository's configuration, and one run of the sample for all tests."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.config.project import Project, load_project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession, DuckDBWarehouse
from cdp_pipeline.resources.warehouse import Session, Warehouse
from cdp_pipeline_tests.engines import SPARK_MASTER
from cdp_pipeline_tests.homes import REPOSITORY, make_command

# A shared machine pauses when it likes; `make test-long` looks ten times as far.
settings.register_profile("default", deadline=None)
settings.register_profile("long", deadline=None, max_examples=1000)
settings.load_profile("default")
LONGEST = (
    "test_spark_sample.py",
    "test_server.py",
    "test_identity_laws.py",
    "test_run_failures.py",
    "test_erasure.py",
    "test_rental.py",
    "test_corrections.py",
    "test_cli.py",
    "test_sample.py",
    "test_deployments.py",
    "test_changed_profiles.py",
    "test_explain.py",
    "test_training.py",
)
SAMPLE_DAYS = (date(2026, 11, 9), date(2026, 11, 15))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no process waits for another at the end."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def project() -> Project:
    return load_project(REPOSITORY / "seeds")


@pytest.fixture(scope="session")
def sidecars(project: Project) -> Mapping[str, Sidecar]:
    return {name: table.sidecar for name, table in load_catalogue(project).items()}


@pytest.fixture
def session() -> Iterator[DuckDBSession]:
    with DuckDBWarehouse(database=":memory:", seeds=str(REPOSITORY / "seeds")).session() as opened:
        yield opened


@pytest.fixture(scope="session")
def spark_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Spark (see `engines.SPARK_MASTER`), in a folder of its own."""
    pytest.importorskip("pyspark", reason="pyspark is not installed: pip install cdp_pipeline[spark]")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    from cdp_pipeline.resources.spark_warehouse import SparkWarehouse

    location = tmp_path_factory.mktemp("spark")
    os.environ["SPARK_CONF_DIR"] = str(Path(__file__).parent / "cases" / "spark")
    yield SparkWarehouse(master=SPARK_MASTER, location=str(location), seeds=str(REPOSITORY / "seeds"))


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def any_session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session on the one engine, then on the other."""
    if request.param == "duckdb":
        with DuckDBWarehouse(database=":memory:", seeds=str(REPOSITORY / "seeds")).session() as opened:
            yield opened
    else:
        with request.getfixturevalue("spark_warehouse").session() as opened:
            yield opened


@pytest.fixture
def run_of_a_day(session: DuckDBSession, project: Project) -> DuckDBSession:
    stage_run_days(session, (date(2026, 11, 15),), project.deployment)
    return session


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPOSITORY / "seeds", tmp_path / "home" / "seeds"))


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The sample, run as a newcomer does, once for all processes of the tests; read only."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    home = shared / "sample" / "home"
    with FileLock(shared / "sample.lock"):
        if not (home / "output.txt").exists():
            _run_sample(home)
    return home


def _run_sample(home: Path) -> None:
    shutil.copytree(REPOSITORY / "seeds", home / "seeds")
    shutil.copytree(REPOSITORY / "data" / "sample", home / "data" / "sample")
    done = subprocess.run(
        make_command(home, "run"),
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (home / "output.txt").write_text(done.stdout)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server; skips where none is installed."""
    from cdp_pipeline_tests.servers import postgres  # its libraries take a second to import

    with postgres() as url:
        yield url


@pytest.fixture(scope="module")
def standing(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBSession]:
    """A copy of the sample's warehouse, to be changed."""
    path = tmp_path_factory.mktemp("standing") / "cdp.duckdb"
    shutil.copyfile(sample_home / "data" / "warehouse" / "cdp.duckdb", path)
    with DuckDBWarehouse(database=str(path), seeds=str(sample_home / "seeds")).session() as opened:
        yield opened


@pytest.fixture(scope="session")
def sample(sample_home: Path) -> Iterator[DuckDBSession]:
    settings = {
        "database": str(sample_home / "data" / "warehouse" / "cdp.duckdb"),
        "seeds": str(REPOSITORY / "seeds"),
    }
    with DuckDBWarehouse(**settings).session(read_only=True) as opened:
        yield opened
