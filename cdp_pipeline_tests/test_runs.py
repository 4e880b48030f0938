import os
from datetime import date

from dagster import DagsterInstance

from cdp_pipeline.runs import _alive, _day_tags, _owner, free_dead_runs


def test_this_process_lives_and_one_of_another_start_does_not() -> None:
    assert _alive(_owner())
    assert not _alive(f"{os.getpid()} 1")


def test_one_day_is_a_partition_and_several_are_a_range() -> None:
    assert _day_tags(date(2026, 1, 1), date(2026, 1, 1)) == {"dagster/partition": "2026-01-01"}
    assert len(_day_tags(date(2026, 1, 1), date(2026, 1, 2))) == 2


def test_an_instance_without_runs_has_nothing_to_free() -> None:
    assert free_dead_runs(DagsterInstance.ephemeral()) == []
