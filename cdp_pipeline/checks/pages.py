"""The quality pages: what the day's checks found, for people who don't code, and Great Expectations' Data Docs.

Static HTML below one folder, written beside it and swapped: `index.html`, a page a table in `docs/`, a page a
destination in `destinations/`, and what these load in `static/`. Nothing is loaded from the net; what the pages show is in the tables of the layer
quality, which hold no value of a person.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlglot import exp

from cdp_pipeline.checks.behaviour import short
from cdp_pipeline.checks.destination_pages import destinations_told, write_destination_pages
from cdp_pipeline.checks.lines import WIDTH, point, points
from cdp_pipeline.checks.suites import gx_arguments
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import column, literal, named, no_rows
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside, over

QUERIES = named_beside(__file__)
TEMPLATES = Path(__file__).parent / "templates"
VENDORED = Path(__file__).parent / "vendored"
RESULTS = "quality.check_results"
STAGED = {
    "refused": (
        "quality.quarantine",
        {
            "source": "varchar",
            "source_table": "varchar",
            "file": "varchar",
            "line": "bigint",
            "column_name": "varchar",
            "reason": "varchar",
            "remedy": "varchar",
            "row_loaded": "boolean",
        },
    ),
    "files": ("quality.extracts", {"source": "varchar", "files": "bigint"}),
    "measured": (
        "quality.measures",
        {
            "table_name": "varchar",
            "column_name": "varchar",
            "measure": "varchar",
            "kind": "varchar",
            "measured_on": "date",
            "value": "double",
            "least": "double",
            "greatest": "double",
            "is_unusual": "boolean",
        },
    ),
}
"""What the pages show beside the results, each of a table that a first run may not have reached yet."""
SUITE_LINK = re.compile(r'<a href="(?:\.\./)+expectations/[^"]*" *>(.*?)</a>')
"""Great Expectations links the suite's own page, which there is not: the suite is the YAML file."""
RANDOM_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def page_of(folder: Path, table: str) -> Path:
    """Where the page of a table is."""
    return folder / "docs" / f"{table}.html"


def write_pages(session: Session, project: Project, folder: Path) -> date | None:
    """Write the pages of the newest day that was checked in the folder's place; returns the day."""
    day: date | None = session.rows(QUERIES["day"])[0][0] if session.columns(RESULTS) else None
    if day is None:
        return None
    session.stage("page_day", exp.select(named(literal(day), "day")))
    session.stage("results", QUERIES["results_of_day"])
    for name, (table, types) in STAGED.items():
        session.stage(name, QUERIES[f"{name}_of_day"] if session.columns(table) else no_rows(types))
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "docs").mkdir(parents=True)
    shutil.copytree(VENDORED, partial / "static")
    documented = _write_docs(session, project, day, partial)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(("html.j2",)), undefined=StrictUndefined
    )
    write_destination_pages(session, project, environment, partial / "destinations")
    index = _index(session, project, environment, day, documented)
    (partial / "index.html").write_text(index, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return day


def _index(session: Session, project: Project, environment: Environment, day: date, documented: set[str]) -> str:
    counts = ("held", "warned", "blocked", "quarantined", "nulled")
    failed = list(_failed(session))
    return environment.get_template("index.html.j2").render(
        name=project.deployment.name,
        day=day,
        counts=dict(zip(counts, session.rows(QUERIES["counts"])[0], strict=True)),
        blocked=[one for one in failed if one["severity"] == "block"],
        warned=[one for one in failed if one["severity"] == "warn"],
        noted=[one for one in failed if one["severity"] == "info"],
        documented=documented,
        destinations=destinations_told(session),
        trends=list(_trends(session)),
        sources=session.rows(QUERIES["sources"]),
        reasons=session.rows(QUERIES["reasons"]),
        dimensions=_outcomes(session, "dimension"),
        tables=_outcomes(session, "table_name"),
    )


def _outcomes(session: Session, by: str) -> list[tuple[Any, ...]]:
    """Checks held, warned and blocked, by a column of the results."""
    results = exp.select(named(column(by), "name"), "passed", "severity").from_("results")
    return session.rows(over(QUERIES["outcomes"], named=results))


def _failed(session: Session) -> Iterator[dict[str, Any]]:
    names = ("table", "columns", "severity", "sentence", "observed", "rows", "unexpected", "sample", "query", "error")
    for row in session.rows(QUERIES["failed"]):
        one = dict(zip(names, row, strict=True))
        yield {**one, "sample": json.loads(one["sample"]) if one["sample"] else []}


def _trends(session: Session) -> Iterator[dict[str, Any]]:
    """A line of values with the band of what was expected, as SVG points."""
    for (table, part, measure), group in groupby(session.rows(QUERIES["trends"]), key=lambda row: row[:3]):
        rows = [row[3:] for row in group]
        limits = [value for row in rows for value in row[1:4] if value is not None]
        scale = (min(limits), max(limits), WIDTH / max(len(rows) - 1, 1))
        known = [(place, row[2], row[3]) for place, row in enumerate(rows) if row[2] is not None]
        band = [(place, low) for place, low, _ in known] + [(place, high) for place, _, high in known[::-1]]
        yield {
            "table": table,
            "column": part,
            "measure": measure,
            "last": short(rows[-1][1]),
            "line": points(scale, ((place, row[1]) for place, row in enumerate(rows))),
            "band": points(scale, band),
            "unusual": [point(scale, place, row[1]) for place, row in enumerate(rows) if row[4]],
        }


def _write_docs(session: Session, project: Project, day: date, folder: Path) -> set[str]:
    """Great Expectations' page of every table with results of the day; the tables."""
    from cdp_pipeline.checks.data_docs import DataDocs  # Great Expectations takes seconds to import

    docs = DataDocs(TEMPLATES)
    written: set[str] = set()
    for table, group in groupby(session.rows(QUERIES["evaluated"]), key=lambda row: str(row[0])):
        suite = project.suites.get(table)
        found = {str(row[1]): row[2:] for row in group}
        known: list[tuple[str, Mapping[str, Any], tuple[Any, ...]]] = [
            (
                each.expectation,
                {**gx_arguments(each, project, table), "description": escape(each.sentence)},
                found[each.name],
            )
            for each in (suite.expectations if suite else ())
            if each.name in found
        ]
        html = docs.page(table, day, known) if known else None
        if html is not None:
            page_of(folder, table).write_text(_same_bytes(html), encoding="utf-8")
            written.add(table)
    return written


def _same_bytes(html: str) -> str:
    """The page with its random ids numbered, so that the same results give the same file."""
    ids: dict[str, str] = {}
    return RANDOM_ID.sub(lambda match: ids.setdefault(match.group(), str(len(ids))), SUITE_LINK.sub(r"\1", html))
