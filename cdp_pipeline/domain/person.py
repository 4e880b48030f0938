"""Where a person stands: which rows of any table are theirs, by what the table's columns name.

What belongs here: conditions over tables of the catalogue, for access requests and erasure. What does
not: finding the person, and what is done with the rows.

The person is given by temporary tables of one column each: `person_profiles` (profile_id), `person_records`
(record_id), `person_numbers` (record_no), `person_orders` (order_id), `person_visitors` (visitor_id).
"""

from collections.abc import Iterable, Mapping

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.config.sources import Source
from cdp_pipeline.domain.expressions import column
from cdp_pipeline.domain.mapping import Target

KEYS = {
    "person_profiles": ("profile_id",),
    "person_records": ("record_id", "record_id_l", "record_id_r"),
    "person_numbers": ("record_no", "record_no_l", "record_no_r"),
    "person_orders": ("order_id",),
    "person_visitors": ("visitor_id",),
}
"""Columns that name a person, by the temporary table that they are looked up in."""
OF_SOURCES = {"record_id": "person_records", "order_id": "person_orders", "visitor_id": "person_visitors"}


def rows_condition(columns: Iterable[str]) -> exp.Expr | None:
    """Rows of a table with these columns that are the person's; None where no column names one."""
    known = set(columns)
    found = [_among(column(name), listed) for listed, names in KEYS.items() for name in names if name in known]
    return exp.or_(*found) if found else None


def source_rows_condition(
    project: Project, sidecars: Mapping[str, Sidecar], source: Source, table_name: str
) -> exp.Expr | None:
    """Rows of a staging table that are mapped to the person; None where the table tells of nobody.

    `sidecars` are those of the unified tables.
    """
    definition, found = source.tables[table_name], []
    for target, mapping in definition.mappings():
        unified = Target(target, sidecars[target], project)
        for name, listed in OF_SOURCES.items():
            value = unified.value_of(name, source, table_name, definition, mapping)
            if value is not None and name in sidecars[target].columns:
                found.append(_among(value, listed))
    return exp.or_(*found) if found else None


def _among(value: exp.Expr, listed: str) -> exp.Expr:
    name = KEYS[listed][0]
    return exp.In(this=value, query=exp.select(column(name)).from_(listed).subquery())
