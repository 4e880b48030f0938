"""`cdp export-person`: all that is known of one person, for an access request (GDPR, article 15)."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.config.sources import LINE_COLUMNS
from cdp_pipeline.domain.expressions import column, row_of, table, text, within
from cdp_pipeline.domain.person import rows_condition, source_rows_condition
from cdp_pipeline.privacy.former import ever_found
from cdp_pipeline.privacy.lines import stage_lines
from cdp_pipeline.privacy.people import stage_people
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.settings import Settings


def export_person(settings: Settings, project: Project, who: str, path: Path) -> dict[str, int] | None:
    """Write the rows of the one profile that an address, number or id leads to, by table, as JSON.

    The file is readable by its owner only. Returns rows by table; None where nobody is found. Raises
    ValueError where several profiles hold the address or number: an answer is for one person.
    """
    with warehouse_of(settings).session(read_only=True) as session:
        sidecars = {name: content.sidecar for name, content in load_catalogue(project).items()}
        profiles, records = ever_found(session, project, sidecars, who)
        if len(profiles) > 1:
            raise ValueError(f"{len(profiles)} profiles hold it: name one of {', '.join(profiles)}")
        if not (profiles or records):
            return None
        stage_people(session, profiles, records)
        stage_lines(session, project, sidecars, [])
        content = {name: rows for name, rows in _rows(session, project, sidecars) if rows}
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump(
            {"profile_id": profiles[0] if profiles else None, "tables": content},
            file,
            ensure_ascii=False,
            indent=2,
            default=str,
        )
        file.write("\n")
    return {name: len(rows) for name, rows in content.items()}


def _rows(
    session: Session, project: Project, sidecars: Mapping[str, Sidecar]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each table's rows of the person, as the table orders its columns: also lines of past days, and refused ones."""
    conditions: dict[str, exp.Expr | None] = {"quality.quarantine": within(row_of(("file", "line")), _lines(None))}
    for name, source, _ in project.tables():
        conditions[f"raw.{name}"] = within(row_of(LINE_COLUMNS), _lines(name))
        conditions[f"staging.{name}"] = source_rows_condition(project, sidecars, source, source.plain_name(name))
    for name in sorted(sidecars):
        columns = list(session.columns(name))
        condition = conditions[name] if name in conditions else rows_condition(columns)
        if not columns or condition is None:
            continue
        found = session.rows(exp.select("*").from_(table(name)).where(condition))
        yield name, sorted((dict(zip(columns, row, strict=True)) for row in found), key=str)


def _lines(name: str | None) -> exp.Select:
    """Places of the person's lines: of one delivered table, or of all (file and line)."""
    if name is None:
        return exp.select("_file", "_line").from_("person_lines")
    mine = exp.EQ(this=column("name"), expression=text(name))
    return exp.select(*map(column, LINE_COLUMNS)).from_("person_lines").where(mine)
