"""Where a person stands: which rows of any table are theirs, by what the table's columns name.

What belongs here: conditions over tables of the catalogue, for access requests and erasure. What does
not: finding the person, and what is done with the rows.

The person is given by temporary tables of one column each: `person_profiles` (profile_id), `person_records`
(record_id), `person_numbers` (record_no), `person_orders` (order_id), `person_visitors` (visitor_id) and
`person_touches` (touch_id).
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.config.sources import Expression, Source
from cdp_pipeline.domain.expressions import column, text, within
from cdp_pipeline.domain.mapping import Target

KEYS = {
    "person_profiles": ("profile_id", "current_profile_id", "other_profile_id"),
    "person_records": ("record_id", "record_id_l", "record_id_r"),
    "person_numbers": ("record_no", "record_no_l", "record_no_r"),
    "person_orders": ("order_id",),
    "person_visitors": ("visitor_id",),
    "person_touches": ("touch_id", "interaction_id"),
}
"""Columns that name a person, by the temporary table that they are looked up in."""
OF_SOURCES = {
    "record_id": "person_records",
    "order_id": "person_orders",
    "visitor_id": "person_visitors",
    "interaction_id": "person_touches",
}


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
    found = [among(name, value) for name, value, _ in source_ids(project, sidecars, source, table_name)]
    return exp.or_(*found) if found else None


def source_ids(
    project: Project, sidecars: Mapping[str, Sidecar], source: Source, table_name: str
) -> Iterator[tuple[str, exp.Expr, bool]]:
    """Ids of the unified tables over the rows of a staging table: name, value, and whether an expression makes it."""
    definition = source.tables[table_name]
    for target, mapping in definition.mappings():
        unified = Target(target, sidecars[f"unified.{target}"], project)
        for name in OF_SOURCES:
            value = unified.value_of(name, source, table_name, definition, mapping)
            if value is not None and name in unified.sidecar.columns:
                yield name, value, isinstance(mapping.get(name), Expression)


def source_contact_points(
    project: Project, sidecars: Mapping[str, Sidecar], source: Source, table_name: str
) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Kind and canonical value of the contact points in the typed rows of a source's table."""
    definition = source.tables[table_name]
    for name, content in definition.columns.items():
        if content.type in ("email", "phone"):
            yield text(content.type), column(name)
    for target, mapping in definition.mappings():
        if target == "contact_points":
            unified = Target(target, sidecars[f"unified.{target}"], project)
            kind, value = (unified.value_of(n, source, table_name, definition, mapping) for n in ("kind", "value"))
            if kind is not None and value is not None:
                yield kind, value


def among(name: str, value: exp.Expr) -> exp.Expr:
    """Whether a value that a source gives for an id of the unified tables is one of the person's."""
    return _among(value, OF_SOURCES[name])


def _among(value: exp.Expr, listed: str) -> exp.Expr:
    name = KEYS[listed][0]
    return within(value, exp.select(column(name)).from_(listed))
