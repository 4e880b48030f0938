"""Which days a command runs: those that were asked for, or those of the sample."""

import shutil
from datetime import date, datetime, timedelta

import typer

from cdp_pipeline.config.project import Project
from cdp_pipeline.settings import Settings


def asked_days(project: Project, day: str | None, first: str | None, last: str | None) -> tuple[date, ...]:
    """First and last day, yesterday by default; raises typer.BadParameter for days that can't be run."""
    if (day and (first or last)) or bool(first) != bool(last):
        raise typer.BadParameter("give either --date, or both --from and --to")
    yesterday = datetime.now(project.deployment.zone).date() - timedelta(days=1)
    start, end = (_day(text) if text else yesterday for text in ((day or first), (day or last)))
    if not project.deployment.first_day <= start <= end <= yesterday:
        raise typer.BadParameter(
            f"{start} to {end}: days run from {project.deployment.first_day} (first_day in seeds/deployment.yml) to {yesterday}"
        )
    return (start, end)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a day; write YYYY-MM-DD") from None


def sample_days(settings: Settings) -> tuple[date, ...]:
    """First and last day of the sample, which fills an empty landing zone."""
    sample = settings.home / "data" / "sample"
    if sample.exists() and (not settings.landing.exists() or not any(settings.landing.iterdir())):
        shutil.copytree(sample, settings.landing, dirs_exist_ok=True)
    days = sorted({date.fromisoformat(path.name) for path in sample.glob("*/*") if path.is_dir()})
    if not days:
        raise typer.BadParameter(f"{sample} holds no sample; run a day of your own files with --date")
    return (days[0], days[-1])
