"""The one reader of the environment.

Everything else receives a `Settings`, and asks for a secret by its name. What belongs here: where the
deployment lies, the machine's limits, and the switches that keep every library's telemetry off. What
does not: anything a deployment configures in `seeds/`.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

ENGINES = ("duckdb", "spark")
REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where one deployment lies and what the machine gives it.

    `home` holds `seeds/` and `data/`; `threads` and `memory_limit` (such as "5GB") bound DuckDB. `engine` is that of
    `seeds/deployment.yml` unless one is given; `spark_master` is a Spark master or the address of Spark Connect
    (`sc://…`), and `spark_location` where the tables lie then, which all executors reach.
    """

    home: Path
    threads: int
    memory_limit: str
    engine: str | None = None
    spark_master: str = "local[*]"
    location: str | None = None

    @property
    def seeds(self) -> Path:
        """Folder of the configuration."""
        return self.home / "seeds"

    @property
    def data(self) -> Path:
        """Folder of everything that the pipeline reads and writes."""
        return self.home / "data"

    @property
    def landing(self) -> Path:
        """Folder of the extracts as delivered."""
        return self.data / "landing"

    @property
    def warehouse(self) -> Path:
        """File of the embedded warehouse."""
        return self.data / "warehouse" / "cdp.duckdb"

    @property
    def spark_location(self) -> str:
        """Folder or bucket of the warehouse on Spark."""
        return self.location or str(self.data / "warehouse" / "spark")

    @property
    def dagster_home(self) -> Path:
        """Folder of Dagster's instance."""
        return self.data / "dagster"

    @property
    def published(self) -> Path:
        """Folder of the tables that readers open."""
        return self.data / "published"

    @property
    def quality_pages(self) -> Path:
        """Folder of the pages that show the day's quality."""
        return self.published / "quality"

    @property
    def exports(self) -> Path:
        """Folder of the files for partners."""
        return self.data / "exports"


def load_settings() -> Settings:
    """Read the environment: `CDP_HOME`, `CDP_THREADS`, `CDP_MEMORY_LIMIT`, `CDP_ENGINE`, `CDP_SPARK_MASTER`, `CDP_SPARK_LOCATION`."""
    home = Path(os.environ.get("CDP_HOME") or REPOSITORY).expanduser().resolve()
    threads = os.environ.get("CDP_THREADS") or str(os.cpu_count() or 2)
    memory = os.environ.get("CDP_MEMORY_LIMIT") or "4GB"
    if not re.fullmatch("[1-9][0-9]*", threads):
        raise SystemExit(f"CDP_THREADS: '{threads}' is not a number of threads, such as 4")
    if not re.fullmatch(r"[1-9][0-9.]* ?([KMGT]i?B|%)", memory):
        raise SystemExit(f"CDP_MEMORY_LIMIT: '{memory}' is not a size, such as 4GB")
    engine = os.environ.get("CDP_ENGINE") or None
    if engine not in (None, *ENGINES):
        raise SystemExit(f"CDP_ENGINE: '{engine}' is no engine; choose one of {list(ENGINES)}")
    return Settings(
        home=home,
        threads=int(threads),
        memory_limit=memory,
        engine=engine,
        spark_master=os.environ.get("CDP_SPARK_MASTER") or "local[*]",
        location=os.environ.get("CDP_SPARK_LOCATION") or None,
    )


class MissingSecret(Exception):
    """A secret that the configuration names is not in the environment."""


def secret(name: str) -> str:
    """The secret in this environment variable; raises MissingSecret where there is none."""
    value = os.environ.get(name)
    if not value:
        raise MissingSecret(f"the environment variable {name} is not set; set it where the pipeline runs")
    return value


def optional_secret(name: str) -> str | None:
    """The secret in this environment variable, if there is one."""
    return os.environ.get(name) or None


def prepare_environment(settings: Settings) -> None:
    """Point the libraries at this deployment and switch their telemetry off, for this process and its children.

    Dagster's telemetry is switched off in the committed `dagster.yaml`, which a deployment elsewhere
    receives as a copy on first use.
    """
    os.environ["CDP_HOME"] = str(settings.home)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    os.environ["DLT_DATA_DIR"] = str(settings.data / "dlt")
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    instance = settings.dagster_home / "dagster.yaml"
    if not instance.exists():
        instance.write_text((REPOSITORY / "data" / "dagster" / "dagster.yaml").read_text())
