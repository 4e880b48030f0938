"""A page a destination, beside the quality pages: what its partner holds over time, and who is refused why."""

from pathlib import Path
from typing import Any

from jinja2 import Environment
from sqlglot import exp

from cdp_pipeline.checks.lines import WIDTH, points
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import column, text
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
DELIVERIES = "activation.deliveries"
SHOWN = 60
"""Deliveries of a destination, the newest."""
REFUSED = "refused_"


def destinations_told(session: Session) -> list[tuple[Any, ...]]:
    """Each destination with its last delivery, status, profiles held and refused; none before the first delivery."""
    return session.rows(QUERIES["last_deliveries"]) if session.columns(DELIVERIES) else []


def write_destination_pages(session: Session, project: Project, environment: Environment, folder: Path) -> None:
    """Write `<destination>.html` of each destination that was ever asked for."""
    folder.mkdir()
    template = environment.get_template("destination.html.j2")
    for name, *_ in destinations_told(session):
        rows = _rows(session, name)
        known = project.destinations.get(name)
        page = template.render(
            destination=name,
            description=known.description
            if known
            else "It is no longer configured; its partner is told nothing any more.",
            rows=rows,
            last=rows[0],
            line=_line([row["members"] for row in reversed(rows)]),
        )
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def _rows(session: Session, name: str) -> list[dict[str, Any]]:
    query = QUERIES["deliveries"]
    assert isinstance(query, exp.Select)
    of_name = query.where(exp.EQ(this=column("destination"), expression=text(name))).limit(SHOWN)
    session.stage("shown_deliveries", of_name)
    columns = list(session.columns("shown_deliveries"))
    found = []
    for row in session.rows(exp.select("*").from_("shown_deliveries").order_by("day desc, number desc")):
        one = dict(zip(columns, row, strict=True))
        one["refused"] = [
            (k.removeprefix(REFUSED).replace("_", " "), v) for k, v in one.items() if k.startswith(REFUSED)
        ]
        found.append(one)
    return found


def _line(values: list[int]) -> str:
    """The points of a line, from zero to the greatest value."""
    scale = (0.0, float(max(*values, 1)), WIDTH / max(len(values) - 1, 1))
    return points(scale, enumerate(values))
