from datetime import datetime, timedelta

import pytest
import typer

from cdp_pipeline.config.project import Project
from cdp_pipeline.days import asked_days


def test_yesterday_is_run_where_no_day_is_asked_for(project: Project) -> None:
    yesterday = datetime.now(project.deployment.zone).date() - timedelta(days=1)
    assert asked_days(project, None, None, None) == (yesterday, yesterday)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("2026-11-15", "2026-11-14", None), "either --date, or both"),
        ((None, "2026-11-14", None), "either --date, or both"),
        ((None, "2026-11-15", "2026-11-14"), "days run from"),
        (("15.11.2026", None, None), "is not a day; write YYYY-MM-DD"),
    ],
)
def test_days_that_can_not_be_run_are_told(
    project: Project, asked: tuple[str | None, str | None, str | None], message: str
) -> None:
    with pytest.raises(typer.BadParameter, match=message):
        asked_days(project, *asked)
