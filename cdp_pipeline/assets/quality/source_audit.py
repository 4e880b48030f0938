"""`quality.source_audit`: which data each source delivers, and how good it is."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.audit import measures_select, patterns_select
from cdp_pipeline.sql.files import named_beside
from cdp_pipeline.sql.lineage import tables_read

SHOWN_PATTERNS = 3
QUERIES = named_beside(__file__)


def reads(project: Project) -> Iterable[str]:
    """Every raw and staging table, and what tells who else knows a person."""
    delivered = [f"{layer}.{name}" for name, _, _ in project.tables() for layer in ("raw", "staging")]
    return [*delivered, *tables_read(QUERIES["known_only_here"])]


def build(run: TableRun) -> None:
    """A row for each column of each source table, as of the run's last day."""
    known = {(source, table): share for source, table, share in run.session.rows(QUERIES["known_only_here"])}
    rows: list[tuple[Any, ...]] = []
    for name, source, definition in run.project.tables():
        plain = source.plain_name(name)
        ((total, newest, *measures),) = run.session.rows(measures_select(name, definition))
        patterns = run.session.rows(patterns_select(name, definition))
        for place, (part, content) in enumerate(definition.columns.items()):
            filled, distinct, least, greatest = measures[4 * place : 4 * place + 4]
            share = round(filled / total, 4) if total else None
            told = (share, _most_frequent(row[place] for row in patterns), newest, known.get((source.source, plain)))
            described = (run.as_of, source.source, plain, part, content.type, content.privacy_class)
            rows.append((*described, total, filled, distinct, least, greatest, *told))
    run.session.stage_rows("audited", run.table.sidecar.types, rows)
    run.write(exp.select("*").from_("audited"))


def _most_frequent(patterns: Iterable[str | None]) -> str | None:
    counted = Counter(pattern for pattern in patterns if pattern)
    first = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:SHOWN_PATTERNS]
    return "  ".join(pattern for pattern, _ in first) or None
