from cdp_pipeline.config.project import Project
from cdp_pipeline.jobs import daily_job
from cdp_pipeline.schedules import HOUR, daily_schedule


def test_the_schedule_is_named_by_its_hour(project: Project) -> None:
    schedule = daily_schedule(daily_job(project.deployment))
    assert schedule.name == f"daily_at_{HOUR:02}"
