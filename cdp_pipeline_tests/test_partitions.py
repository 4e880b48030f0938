from datetime import date

from cdp_pipeline.config.project import Project
from cdp_pipeline.partitions import daily_partitions, run_days


def test_a_run_of_one_day() -> None:
    assert run_days({"dagster/partition": "2026-11-15"}) == (date(2026, 11, 15),)


def test_a_run_of_a_range_has_all_its_days() -> None:
    tags = {
        "dagster/asset_partition_range_start": "2026-10-30",
        "dagster/asset_partition_range_end": "2026-11-02",
    }
    assert run_days(tags) == (date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2))


def test_a_run_without_a_partition_has_no_day() -> None:
    assert run_days({}) == ()


def test_partitions_begin_on_the_deployments_first_day(project: Project) -> None:
    assert daily_partitions(project.deployment).get_first_partition_key() == project.deployment.first_day.isoformat()
