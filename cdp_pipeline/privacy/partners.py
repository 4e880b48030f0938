"""What partners hold of the staged people, and the queue of what they must remove (`activation.removals`)."""

from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.partners import partner_of
from cdp_pipeline.resources.manifests import MANIFEST, PENDING, files_of
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
REMOVALS = "activation.removals"
SCHEMA = pa.schema(
    [
        ("request_id", pa.string()),
        ("destination", pa.string()),
        ("number", pa.int64()),
        ("keys", pa.list_(pa.string())),
        ("held_as_of", pa.date32()),
        ("removed_on", pa.date32()),
    ]
)


def partners(session: Session) -> list[str]:
    """Destinations that hold any of the people, or may have been told of them."""
    session.stage("partners_told", QUERIES["told"])
    return [str(row[0]) for row in session.rows(QUERIES["partners"])]


def partner_cells(session: Session, project: Project) -> set[str]:
    """By what partners find the people and nobody else, as their files have it."""
    session.stage("partners_told", QUERIES["told"])
    places = []
    for name, destination in project.destinations.items():
        partner = partner_of(destination)
        places += [(name, partner.kept.index(header) + 1) for header in partner.finds_by]
    session.stage_rows("finding_places", {"destination": "varchar", "place": "bigint"}, places)
    return {str(row[0]) for row in session.rows(QUERIES["cells"])}


def removals_of(session: Session, request_id: str) -> list[tuple[Any, ...]]:
    """Rows of `activation.removals`: by what each partner knows the people, as it has it."""
    session.stage("partners_told", QUERIES["told"])
    return [(request_id, *row, None) for row in session.rows(QUERIES["removals"])]


def queue_removals(session: Session, removals: list[tuple[Any, ...]]) -> None:
    """Add the rows to `activation.removals`; it is made where it is missing."""
    rows = [dict(zip(SCHEMA.names, row, strict=True)) for row in removals]
    session.stage_arrow("new_removals", pa.Table.from_pylist(rows, schema=SCHEMA))
    query = exp.select("*").from_("new_removals")
    if session.columns(REMOVALS):
        session.append(REMOVALS, query)
    else:
        session.replace_table(REMOVALS, query, unaudited)


def unsend(session: Session, exports: Path) -> list[Path]:
    """Take away the files of deliveries that wait and tell of the people, so that the next run abandons them; the files.

    How far they got stays: what the partner may have got of them is told again.
    """
    gone = []
    for (delivery_id,) in session.rows(QUERIES["waiting"]):
        folder = exports / PENDING / str(delivery_id)
        found = [path for path, _ in files_of(folder) if path.exists()] if (folder / MANIFEST).exists() else []
        for path in found:
            path.unlink()
        gone += found
    return gone
