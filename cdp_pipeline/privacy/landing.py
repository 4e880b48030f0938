"""The erased person's lines go from the delivered files: read or not yet read, of every day.

What belongs here: which lines of which file are emptied. What does not: finding what is the person's
(`privacy.lines`), and how a format's records are emptied (`resources.extracts.emptied`).
"""

import shutil
from collections.abc import Iterator, Mapping
from datetime import date

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.config.sources import LINE_COLUMNS
from cdp_pipeline.domain.expressions import column, literal, named, row_of, table, text, within
from cdp_pipeline.privacy.suppression import ErasedPeople
from cdp_pipeline.resources.landing import LandingZone, digest
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.settings import Settings


def empty_landing(session: Session, settings: Settings, project: Project, sidecars: Mapping[str, Sidecar]) -> None:
    """Empty the lines; in files that were not read, or changed since, they are looked for by their hashes.

    `written_files` (file, bytes, sha256) says what became of each file.
    """
    landing = LandingZone(settings.landing)
    erased = ErasedPeople(session, project, sidecars, settings.data)
    written: dict[str, None] = {}
    sizes = dict(session.rows(exp.select("file", "bytes").from_("quality.extracts")))
    for name, source, definition in erased.people_first(project.tables()):
        for day, file, lines in _lines_by_file(session, name):
            path = landing.path(file)
            if not path.exists():
                continue
            sample = settings.data / "sample" / file
            twin = sample if sample.exists() and digest(sample) == digest(path) else None
            if path.stat().st_size == sizes.get(file):
                landing.empty(path, definition, lines)
            else:
                session.stage("run_days", exp.select(named(literal(day), "day")))
                erased.keep_out(landing, name, source, definition, day)
            if twin is not None:
                shutil.copyfile(path, twin)
            written[file] = None
        for day, paths in landing.days(definition.extract).items():
            if any(landing.name(path) not in sizes for path in paths):  # not read by any run so far
                session.stage("run_days", exp.select(named(literal(day), "day")))
                erased.keep_out(landing, name, source, definition, day)
    rows = [(file, landing.path(file).stat().st_size, digest(landing.path(file))) for file in written]
    session.stage_rows("written_files", {"file": "varchar", "bytes": "bigint", "sha256": "varchar"}, rows)


def _lines_by_file(session: Session, name: str) -> Iterator[tuple[date, str, list[tuple[int, int | None]]]]:
    """Day, file, and the person's lines in it, each with the line of the next record."""
    mine = exp.EQ(this=column("name"), expression=text(name))
    files = exp.select("_file").from_("person_lines").where(mine)
    if not session.rows(files.copy().limit(1)):
        return
    following = exp.Window(
        this=exp.func("lead", column("_line")),
        partition_by=[column("_file")],
        order=exp.Order(expressions=[column("_line")]),
    )
    placed = exp.select(*map(column, LINE_COLUMNS), named(following, "following")).from_(table(f"raw.{name}"))
    session.stage("all_lines", placed.where(within(column("_file"), files)))
    lines = exp.select("_file", "_line").from_("person_lines").where(mine.copy())
    wanted = within(row_of(("_file", "_line")), lines)
    found = session.rows(exp.select("*").from_("all_lines").where(wanted).order_by("_extract_date", "_file", "_line"))
    by_file: dict[tuple[date, str], list[tuple[int, int | None]]] = {}
    for day, file, line, after in found:
        by_file.setdefault((day, str(file)), []).append((int(line), after))
    yield from ((day, file, lines) for (day, file), lines in by_file.items())
