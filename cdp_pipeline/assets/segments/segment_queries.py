"""Segments in SQL: the SELECT of profile ids that a segment's file names, `seeds/segments/<name>.sql`.

What belongs here: reading it, and what it has to be. What does not: the segment language (`domain.segments`).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.config.base import line_of
from cdp_pipeline.config.project import Project, with_references
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.domain.masking import without_values
from cdp_pipeline.domain.segment_vocabulary import Vocabulary, faults
from cdp_pipeline.resources.engines import is_of_engine
from cdp_pipeline.resources.warehouse import Session, WarehouseError
from cdp_pipeline.sql.lineage import NoSelect, parse_select, tables_read
from cdp_pipeline.sql.own_queries import as_of, own_query_faults

MAY_READ = ("unified", "identity", "profile", "metrics")
WHO = "profile_id"


def segment_queries(project: Project) -> dict[str, exp.Query]:
    """The queries that segments name, by file; of what happened they read nothing after the day in `run_days`."""
    named = {segment.query for segment in project.segments.values() if segment.query is not None}
    return {name: as_of(parse_select(project.segment_queries[name])) for name in sorted(named)}


def segment_definitions(project: Project) -> dict[str, str]:
    """What makes a segment's members, in a digest: its rules, its query and the segments that it refers to."""
    found = {}
    for name in project.segments:
        told = []
        for part in sorted(with_references({name}, project.segments)):
            segment = project.segments[part]
            rules = segment.model_dump_json(include={"include", "exclude", "promotes", "limit"}, by_alias=True)
            told.append(rules + project.segment_queries.get(segment.query or "", ""))
        found[name] = hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]
    return found


def vocabulary_faults(
    project: Project, segment: Segment, path: Path, known: Vocabulary, columns: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Names that no table has, by line of the segment's file, and what its query has to be.

    `columns` are those of the tables, with their types.
    """
    for keys, fault in faults(segment, known):
        yield f"{path}:{line_of(path, keys)}: {'.'.join(str(key) for key in keys)}: {fault}"
    if segment.query is not None:
        yield from _query_faults(project, segment.query, path, columns)


def _query_faults(
    project: Project, name: str, segment: Path, columns: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """What keeps the query from being a single SELECT of profile ids as of a day."""
    path = segment.parent / name
    if name not in project.segment_queries:
        yield f"{segment}:{line_of(segment, ('query',))}: query: {path} is missing; write the SELECT of its profile ids"
        return
    try:
        query = parse_select(project.segment_queries[name])
    except NoSelect as why:
        yield f"{path}: {why}; a segment selects `{WHO}`"
        return
    if query.named_selects != [WHO]:
        yield f"{path}: selects {query.named_selects}; a segment selects `{WHO}` alone"
    yield from (f"{path}: {fault}" for fault in own_query_faults(query, columns))
    for table in sorted(tables_read(query)):
        if table.split(".")[0] not in MAY_READ:
            yield f"{path}: '{table}' is not for segments; read tables of {', '.join(MAY_READ)}"


@contextmanager
def naming_what_fails(session: Session, project: Project, asked: Iterable[Segment]) -> Iterator[None]:
    """Of segments that are asked together and that the engine refuses, name the file of the one that it is."""
    try:
        yield
    except Exception as error:
        if is_of_engine(error):
            _ask_alone(session, project, asked)
        raise


def _ask_alone(session: Session, project: Project, asked: Iterable[Segment]) -> None:
    """Ask each segment's query alone; raises WarehouseError that names the file of one that the engine refuses."""
    queries = segment_queries(project)
    for segment in asked:
        if segment.query is not None:
            try:
                session.rows(exp.select("count(*)").from_(queries[segment.query].subquery("asked")))
            except Exception as error:
                if not is_of_engine(error):
                    raise
                path = project.seeds / "segments" / segment.query
                raise WarehouseError(f"{path}: the engine refuses it: {without_values(str(error))}") from None
