from cdp_pipeline.config.project import Project
from cdp_pipeline.jobs import daily_job


def test_the_daily_job_is_partitioned_by_day(project: Project) -> None:
    job = daily_job(project.deployment)
    assert job.name == "daily"
    assert job.partitions_def is not None
    assert job.partitions_def.get_first_partition_key() == "2026-10-01"
