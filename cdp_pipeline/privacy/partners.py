"""What partners hold of the staged people, and the queue of what they must remove (`activation.removals`)."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.suppressions import DIGEST
from cdp_pipeline.domain.destinations import IDENTIFIERS, file_select
from cdp_pipeline.domain.expressions import column, within
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
REMOVALS = "activation.removals"


def partners(session: Session) -> list[str]:
    """Destinations that hold any of the people."""
    return [str(name) for name, _ in session.rows(QUERIES["held"])]


def partner_rows(session: Session, project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Destination and row of the person, as a partner's file has it today."""
    mine = within(column("profile_id", "members"), exp.select("profile_id").from_("person_profiles"))
    for name, destination in sorted(project.destinations.items()):
        asked = file_select(destination, column("as_of_day", "members")).where(mine.copy()).distinct()
        for row in session.rows(asked):
            yield name, tuple("" if cell is None else str(cell) for cell in row)


def removals_of(session: Session, project: Project, request_id: str) -> list[tuple[Any, ...]]:
    """Rows of `activation.removals`: by what each partner knows the person, in hashes."""
    held = dict(session.rows(QUERIES["held"]))
    rows = set()
    for name, row in partner_rows(session, project):
        headers = list(file_select(project.destinations[name], exp.true()).named_selects)
        for identifier in IDENTIFIERS[project.destinations[name].format]:
            cell = row[headers.index(identifier)]
            if cell:
                hashed = cell if DIGEST.match(cell) else sha256(cell.encode()).hexdigest()
                rows.add((request_id, name, identifier, hashed, held.get(name), None))
    return sorted(rows)


def queue_removals(session: Session, removals: list[tuple[Any, ...]]) -> None:
    """Add the rows to `activation.removals`; it is made where it is missing."""
    types = dict.fromkeys(("request_id", "destination", "identifier", "sha256"), "varchar")
    session.stage_rows("new_removals", {**types, "held_as_of": "date", "removed_on": "date"}, removals)
    query = exp.select("*").from_("new_removals")
    if session.columns(REMOVALS):
        session.append(REMOVALS, query)
    else:
        session.replace_table(REMOVALS, query, unaudited)
