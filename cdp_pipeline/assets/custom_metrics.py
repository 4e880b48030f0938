"""Tables of a deployment's own metrics: `metrics.<name>` from `seeds/metrics/<name>.sql` and its sidecar.

What belongs here: what such a SELECT has to be. What does not: what the metrics that ship are.
"""

from collections.abc import Iterator, Mapping, Sequence

from cdp_pipeline.assets.table import TableAsset, TableRun
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.metrics import CustomMetric
from cdp_pipeline.config.project import Project
from cdp_pipeline.sql.lineage import DAYS, NoSelect, parse_select, reads_days, tables_read

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
        """Write the metric of each of the run's days."""
        run.write_by_day(query)

    return TableAsset(LAYER, name, metric.path, metric.sidecar, tables_read(query), build, query)


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
    if not reads_days(query):
        yield f"{metric.path}: reads no `{DAYS}`; a metric holds as of a day: join it, and read nothing after its `day`"
    for table in sorted(tables_read(query) - set(known)):
        yield f"{metric.path}: '{table}' is not a table that a metric may read; choose one of the layers before, or a metric that ships"
