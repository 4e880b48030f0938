"""Deliveries whose processes are killed, one at each step: `python -m … FOLDER`, for the tests of deliveries."""

import os
import random
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cdp_pipeline.assets.activation import deliveries
from cdp_pipeline.config.project import load_project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession, DuckDBWarehouse
from cdp_pipeline_tests.assets.activation.audience_worlds import World, activation, populated
from cdp_pipeline_tests.homes import REPOSITORY

DESTINATIONS = ("cloud", "google")
PLACES: dict[str, tuple[Any, str]] = {
    "files": (deliveries, "write_files"),
    "manifest": (deliveries, "write_manifest"),
    "recorded": (DuckDBSession, "append"),
    "sent": (deliveries, "send"),
    "in place": (deliveries, "put_in_place"),
    "removals ended": (deliveries, "_keep_removals"),
    "ended": (deliveries, "_end"),
}
STEPS = (
    "before files",
    "after files",
    "after manifest",
    "after recorded",
    "before sent",
    "after sent",
    "after in place",
    "after removals ended",
    "after ended",
)


def world() -> World:
    """Ten people, the same ones each time."""
    return populated(random.Random(1), 10)


def second_day(found: World) -> None:
    """Two leave, one changes, one comes."""
    found.day += timedelta(days=1)
    found.people["P00001"].consent = "denied"
    found.people["P00002"].is_member = False
    found.people["P00003"].email = "new@x.fr"
    found.add()


def _kill_at(step: str) -> None:
    moment, _, name = step.partition(" ")
    owner, attribute = PLACES[name]
    real: Callable[..., Any] = getattr(owner, attribute)

    def killing(*given: Any, **named: Any) -> Any:
        if moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        real(*given, **named)
        return os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, attribute, killing)


def main(home: Path, step: str) -> None:
    """Deliver a day, then be killed on the next one."""
    found = world()
    project = load_project(REPOSITORY / "seeds")
    with (
        DuckDBWarehouse(database=str(home / "cdp.duckdb"), seeds=str(REPOSITORY / "seeds")).session() as session,
        activation(session, project, home, *DESTINATIONS) as deployment,
    ):
        deployment.deliver(found)
        second_day(found)
        _kill_at(step)
        deployment.deliver(found)


def kill_at_each(folder: Path) -> None:
    """A process a step, each with a deployment of its own below the folder."""
    for step in STEPS:
        home = folder / step
        home.mkdir()
        child = os.fork()
        if not child:
            main(home, step)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            raise SystemExit(f"the delivery was not killed {step}")


if __name__ == "__main__":
    kill_at_each(Path(sys.argv[1]))
