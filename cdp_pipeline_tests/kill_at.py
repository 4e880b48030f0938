"""Runs a day and says when it is in the middle of a layer, then goes on: the test kills it there."""

import sys
from datetime import date

from dagster import DagsterEventType, DagsterInstance

from cdp_pipeline.runs import free_dead_runs, run_daily
from cdp_pipeline.settings import load_settings, prepare_environment


def main() -> None:
    layer, day = sys.argv[1], date.fromisoformat(sys.argv[2])
    prepare_environment(load_settings())
    started = 0
    with DagsterInstance.get() as instance:
        free_dead_runs(instance)
        for _, event in run_daily(instance, day, day):
            if event.event_type == DagsterEventType.STEP_START and str(event.step_key).startswith(f"{layer}__"):
                started += 1
                if started == 2:
                    print(f"in {layer}", flush=True)


if __name__ == "__main__":
    main()
