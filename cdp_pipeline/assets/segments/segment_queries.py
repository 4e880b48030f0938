"""Segments in SQL: the SELECT of profile ids that a segment's file names, `seeds/segments/<name>.sql`.

What belongs here: reading it, and what it has to be. What does not: the segment language (`domain.segments`).
"""

from collections.abc import Iterator
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.config.base import line_of
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.domain.segment_vocabulary import Vocabulary, faults
from cdp_pipeline.sql.lineage import DAYS, NoSelect, parse_select, reads_days, tables_read

MAY_READ = ("unified", "identity", "profile", "metrics")
WHO = "profile_id"


def segment_queries(project: Project) -> dict[str, exp.Query]:
    """The queries that segments name, by file."""
    named = {segment.query for segment in project.segments.values() if segment.query is not None}
    return {name: parse_select(project.segment_queries[name]) for name in sorted(named)}


def vocabulary_faults(project: Project, segment: Segment, path: Path, known: Vocabulary) -> Iterator[str]:
    """Names that no table has, by line of the segment's file, and what its query has to be."""
    for keys, fault in faults(segment, known):
        yield f"{path}:{line_of(path, keys)}: {'.'.join(str(key) for key in keys)}: {fault}"
    if segment.query is not None:
        yield from _query_faults(project, segment.query, path)


def _query_faults(project: Project, name: str, segment: Path) -> Iterator[str]:
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
    if not reads_days(query):
        yield f"{path}: reads no `{DAYS}`; a segment holds as of a day: join it, and read nothing after its `day`"
    for table in sorted(tables_read(query)):
        if table.split(".")[0] not in MAY_READ:
            yield f"{path}: '{table}' is not for segments; read tables of {', '.join(MAY_READ)}"
    yield from (f"{path}: `{other.name}` is no table of the pipeline" for other in _strangers(query))


def _strangers(query: exp.Query) -> Iterator[exp.Table]:
    """Files, functions and tables of other schemas: a segment reads the pipeline's tables and nothing else."""
    own = {cte.alias for cte in query.find_all(exp.CTE)} | {DAYS, "deployment"}
    for table in query.find_all(exp.Table):
        if isinstance(table.this, exp.Func) or (table.name not in own and not tables_read(table)):
            yield table
