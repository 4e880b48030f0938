"""Deployments made for tests and benchmarks: a folder with seeds and landing files of their own."""

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("CDP_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
"""Public data sets for accuracy tests and benchmarks; they are not part of the repository."""
DEPLOYMENTS = Path(__file__).parent / "deployments"
LANDED = {
    "febrl3": ("2026-01-01", {"febrl3/{day}/people.csv": "febrl3.csv.gz"}),
    "febrl4": (
        "2026-01-01",
        {"febrl4a/{day}/people.csv": "febrl4a.csv.gz", "febrl4b/{day}/people.csv": "febrl4b.csv.gz"},
    ),
    "cdnow": ("1997-09-30", {"cdnow/{day}/purchases.csv": "cdnow_sample.csv.gz"}),
}


def make_home(name: str, home: Path) -> str:
    """A deployment on shared data with the repository's own identity.yml; returns the day to run."""
    make_seeds(name, home)
    day, files = LANDED[name]
    for target, source in files.items():
        path = home / "data" / "landing" / target.format(day=day)
        path.parent.mkdir(parents=True)
        if not (SHARED_DATA / source).exists():
            raise SystemExit(f"{SHARED_DATA / source} is missing; name its folder in CDP_SHARED_DATA")
        path.write_bytes(gzip.decompress((SHARED_DATA / source).read_bytes()))
    return day


def make_seeds(name: str, home: Path) -> None:
    """The configuration of a deployment, with what else the repository's own says."""
    shutil.copytree(REPOSITORY / "seeds", home / "seeds")
    for part in ("sources", "segments", "destinations"):
        shutil.rmtree(home / "seeds" / part)
    for suite in (home / "seeds" / "expectations").glob("*.yml"):
        if suite.name.startswith(("raw.", "staging.", "segments.")):
            suite.unlink()
    shutil.copytree(DEPLOYMENTS / name, home / "seeds", dirs_exist_ok=True)


def cdp(home: Path, *arguments: str, timeout: int = 600, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in a process of its own, with further settings in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "cdp_pipeline.cli", *arguments],
        env={**os.environ, "CDP_HOME": str(home), "COLUMNS": "200", **settings},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def make_command(home: Path, target: str) -> list[str]:
    """`make <target>` for a deployment, with the environment that runs the tests in the place of `.venv`."""
    environment = home / "environment"
    environment.mkdir(exist_ok=True)
    (environment / ".ready").touch()
    own = Path(sys.executable).parent
    return ["make", "-C", str(REPOSITORY), target, f"VENV={environment}", f"BIN={own}", f"CDP_HOME={home}"]
