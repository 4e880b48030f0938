"""Tables of a deployment's own metrics: `metrics.<name>` from `seeds/metrics/<name>.sql` and its sidecar.

What belongs here: what such a SELECT has to be. What does not: what the metrics that ship are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.assets.table import TableAsset, TableRun
from cdp_pipeline.config.base import ConfigError, line_of
from cdp_pipeline.config.metrics import CustomMetric
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.segment_vocabulary import METRICS, PROFILES, SCORE_FIELDS
from cdp_pipeline.resources.warehouse import WarehouseError
from cdp_pipeline.sql.lineage import NoSelect, parse_select, tables_read
from cdp_pipeline.sql.own_queries import as_of, own_query_faults

LAYER = "metrics"
KEY = ("as_of_day", "profile_id")


def custom_metrics(project: Project, before: Sequence[TableAsset]) -> list[TableAsset]:
    """One table a metric; `before` are those that it may read. Raises ConfigError with every fault."""
    known = {table.full_name: table for table in before}
    tables, faults = [], []
    for name, metric in project.custom_metrics.items():
        found = list(_faults(name, metric, known))
        faults += found
        if not found:
            tables.append(_table(name, metric))
    if faults:
        raise ConfigError("\n".join(faults))
    return tables


def _table(name: str, metric: CustomMetric) -> TableAsset:
    query = parse_select(metric.sql)

    def build(run: TableRun) -> None:
        """Write the metric of each of the run's days, where each profile has one row a day."""
        made = as_of(query)
        run.write_each_day(lambda day: [_once(run, made, metric)])
        run.query = query

    return TableAsset(LAYER, name, metric.path, metric.sidecar, tables_read(query), build, query)


def _once(run: TableRun, query: exp.Query, metric: CustomMetric) -> exp.Query:
    """The query's rows, staged; raises WarehouseError where a profile has several, or a row no profile."""
    run.session.stage("made", query)
    counts = exp.select("count(*)", f"count(distinct {KEY[1]})").from_("made")
    rows, profiles = run.session.rows(counts)[0]
    if rows != profiles:
        raise WarehouseError(
            f"{metric.path}: {rows:,} rows are of {profiles:,} profiles; a metric has one row a profile and day: "
            f"group by {KEY[1]}, and leave out rows without one"
        )
    return exp.select("*").from_("made")


def _faults(name: str, metric: CustomMetric, known: Mapping[str, TableAsset]) -> Iterator[str]:
    """What keeps the metric from being a table of profiles as of a day that no shipped table is."""
    described = metric.path.with_suffix(".yml")
    if f"{LAYER}.{name}" in known:
        yield f"{metric.path}: '{name}' is a table that ships; rename both files"
    if metric.sidecar.key != KEY or metric.sidecar.partition != KEY[0]:
        yield f"{described}: a metric has `key: [{', '.join(KEY)}]` and `partition: {KEY[0]}`; write them so"
    try:
        query = parse_select(metric.sql)
    except NoSelect as why:
        yield f"{metric.path}: {why}; a metric selects {', '.join(KEY)} and its columns"
        return
    columns = [column.lower() for column in query.named_selects]
    declared = list(metric.sidecar.columns)
    if columns != declared and "*" not in columns:
        yield f"{metric.path}: selects the columns {columns}, and {described.name} describes {declared}; make them alike, in this order"
    yield from (f"{metric.path}: {fault}" for fault in own_query_faults(query, columns_of(known.values())))
    yield from _taken_names(metric, described, known)
    for table in sorted(tables_read(query) - set(known)):
        yield f"{metric.path}: '{table}' is not a table that a metric may read; choose one of the layers before, or a metric that ships"


def _taken_names(metric: CustomMetric, described: Path, known: Mapping[str, TableAsset]) -> Iterator[str]:
    """Columns whose name a segment takes for a field that ships."""
    shipped = {*SCORE_FIELDS, *known[METRICS].sidecar.columns, *known[PROFILES].sidecar.columns} - set(KEY)
    for name in metric.sidecar.columns:
        if name in shipped:
            yield f"{described}:{line_of(described, ('columns', name))}: columns.{name}: a field that ships has this name; rename it"


def columns_of(tables: Iterable[TableAsset]) -> dict[str, dict[str, str]]:
    """Columns and their types by `layer.table`."""
    return {table.full_name: table.sidecar.types for table in tables}
