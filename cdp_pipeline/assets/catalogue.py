"""Finding every table: those of the package, a file each, and those that the sources' configuration makes.

A table's file is one of: `<table>.sql`, a SELECT; `<table>.py` with `select(project, sidecar)`, a
SELECT built from configuration, and perhaps `metadata(run)`, what its page shows once it stands;
`<table>.py` with `build(run)` where one SELECT can't; with both, `build` writes and the SELECT tells the lineage.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.changed_profiles import CHANGES, write_profiles
from cdp_pipeline.assets.custom_metrics import columns_of, custom_metrics
from cdp_pipeline.assets.quality.measures import checks_of, measured, measuring
from cdp_pipeline.assets.raw.delivered import raw_table
from cdp_pipeline.assets.segments.segment_queries import vocabulary_faults
from cdp_pipeline.assets.sidecars import packaged_sidecar, segment_vocabulary, unified_sidecar
from cdp_pipeline.assets.staging.typed import staging_table
from cdp_pipeline.assets.table import Builder, TableAsset, TableRun
from cdp_pipeline.checks.suites import truth_query
from cdp_pipeline.config.base import ConfigError, line_of, nearest
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import LAYERS, Sidecar
from cdp_pipeline.domain import consistency
from cdp_pipeline.domain.mapping import Target
from cdp_pipeline.domain.partners import partner_of
from cdp_pipeline.sql.lineage import NoSelect, parse, parse_select, tables_read

ROOT = Path(__file__).parent
AS_OF = "as_of_day"
"""The partition of tables that hold as of a day: a range is made a day at a time."""
SPELT_ALIKE = 0.8
"""Of two names: one of them is a misspelling of the other."""
Describe = Callable[[TableRun], dict[str, Any]]


def load_catalogue(project: Project) -> dict[str, TableAsset]:
    """All tables by `layer.table`, in the order of the layers.

    Raises ConfigError with what a single file's model can't tell: faults of mappings, of segments'
    vocabulary, and names that no other file knows.
    """
    _refuse(_mapping_faults(project))
    _refuse(_event_faults(project))
    _refuse(_destination_faults(project))
    tables = [raw_table(*parts) for parts in project.tables()]
    tables += [staging_table(project, *parts) for parts in project.tables()]
    for layer in LAYERS:
        if layer == "segments":
            _refuse(_segment_faults(project, columns_of(tables)))
        tables += [_packaged(project, path) for path in sorted((ROOT / layer).glob("*.yml"))]
        if layer == "metrics":
            tables += custom_metrics(project, tables)
    _refuse(_truth_faults(project, {table.full_name for table in tables}))
    measures = measured(project)
    catalogue = {table.full_name: _with_quality(project, table, measures) for table in tables}
    _refuse(_circles(project, catalogue))
    _refuse(consistency.faults(project, {name: set(table.sidecar.columns) for name, table in catalogue.items()}))
    return catalogue


def _with_quality(project: Project, table: TableAsset, measures: Mapping[str, exp.Query]) -> TableAsset:
    """The table with what the truths of its suite read beside it, and measured where it is to be."""
    suite = project.suites.get(table.full_name)
    query = measures.get(table.full_name)
    asked = [truth_query(project, expectation) for expectation in suite.expectations] if suite else []
    read = frozenset().union(*(tables_read(one) for one in (*asked, query) if one is not None))
    table = replace(table, reads=table.reads | read - {table.full_name})
    if query is None:
        return table
    return replace(table, build=measuring(table.build, query), checks=(*table.checks, *checks_of(table.full_name)))


def _event_faults(project: Project) -> Iterator[str]:
    """Kinds of touches that the metrics' parameters misspell; one that is like none belongs to a source that may come."""
    path, known = project.seeds / "metrics.yml", segment_vocabulary(project).events
    metrics = project.metrics
    named: list[tuple[tuple[str | int, ...], str]] = [(("affinity", "weights", n), n) for n in metrics.affinity.weights]
    named += [(("journeys", "events", place), name) for place, name in enumerate(metrics.journeys.events)]
    for keys, name in named:
        hint = nearest(name, known, alike=SPELT_ALIKE)
        if name not in known and hint:
            place = f"{path}:{line_of(path, keys)}: {keys[0]}.{keys[1]}"
            yield f"{place}: event '{name}' does not exist; {hint}"


def _destination_faults(project: Project) -> Iterator[str]:
    """Formats that claim consent to e-mails, on a channel that is none."""
    for name, destination in project.destinations.items():
        kind = project.consent.contact_points.get(destination.channel)
        if partner_of(destination).mails and kind != "email":
            path = project.seeds / "destinations" / f"{name}.yml"
            line = line_of(path, ("channel",))
            yield f"{path}:{line}: channel: the format {destination.format} tells of consent to e-mails; '{destination.channel}' has none"


def _segment_faults(project: Project, columns: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    known = segment_vocabulary(project)
    for name, segment in project.segments.items():
        yield from vocabulary_faults(project, segment, project.seeds / "segments" / f"{name}.yml", known, columns)


def _truth_faults(project: Project, known: Set[str]) -> Iterator[str]:
    """Truths that suites name and that are not there, are not one SELECT, or read unknown tables."""
    folder = project.seeds / "expectations"
    named = {each.query for suite in project.suites.values() for each in suite.expectations if each.query}
    for name, suite in project.suites.items():
        path = folder / f"{name}.yml"
        for place, each in enumerate(suite.expectations):
            if each.query is not None and each.query not in project.truths:
                line = line_of(path, ("expectations", place, "query"))
                yield f"{path}:{line}: query: {folder / each.query} is missing; write the SELECT of the rows that break it"
    for name in sorted(named & set(project.truths)):
        try:
            query = parse_select(project.truths[name])
        except NoSelect as why:
            yield f"{folder / name}: {why}; it has to find the rows that break the truth"
            continue
        for table in sorted(tables_read(query) - known):
            yield f"{folder / name}: '{table}' is not a table of this deployment; correct the name"


def _circles(project: Project, catalogue: Mapping[str, TableAsset]) -> Iterator[str]:
    """Truths that read what is made of their table."""
    try:
        TopologicalSorter({name: table.reads for name, table in catalogue.items()}).prepare()
    except CycleError as error:
        circle = [str(name) for name in error.args[1]]
        suites = [str(project.seeds / "expectations" / f"{name}.yml") for name in circle if name in project.suites]
        yield (
            f"{', '.join(sorted(set(suites)))}: {' ← '.join(circle)} wait for each other; a truth may read only "
            "what comes before its table: move it to the suite of the last table that it reads"
        )


def _refuse(found: Iterable[str]) -> None:
    listed = list(found)
    if listed:
        raise ConfigError("\n".join(listed))


def _packaged(project: Project, path: Path) -> TableAsset:
    layer, name = path.parent.name, path.stem
    sidecar = unified_sidecar(project, name) if layer == "unified" else packaged_sidecar(path)
    source = path.with_suffix(".sql")
    if source.exists() and not path.with_suffix(".py").exists():
        query = parse(source.read_text(encoding="utf-8"))
        return _of_query(layer, name, source, sidecar, query, _writing(sidecar, query, None))
    module = importlib.import_module(f"cdp_pipeline.assets.{layer}.{name}")
    extended = getattr(module, "sidecar", None)
    sidecar = extended(project, sidecar) if extended else sidecar
    return _of_module(project, layer, name, module, path.with_suffix(".py"), sidecar)


def _of_module(
    project: Project, layer: str, name: str, module: ModuleType, source: Path, sidecar: Sidecar
) -> TableAsset:
    select = getattr(module, "select", None)
    if select is not None:
        query = select(project, sidecar)
        write = getattr(module, "build", None) or _writing(sidecar, query, getattr(module, "metadata", None))
        return replace(_of_query(layer, name, source, sidecar, query, write), checks=getattr(module, "CHECKS", ()))
    reads = getattr(module, "reads", None)
    read = frozenset(reads(project)) if reads else frozenset(sidecar.reads)
    return TableAsset(layer, name, source, sidecar, read, module.build, checks=getattr(module, "CHECKS", ()))


def _of_query(layer: str, name: str, source: Path, sidecar: Sidecar, query: exp.Expr, write: Builder) -> TableAsset:
    read = tables_read(query) - {f"{layer}.{name}"}
    if sidecar.incremental:
        read |= {CHANGES}
    table = TableAsset(layer, name, source, sidecar, read, write, query)
    return replace(table, reads=table.reads | frozenset(sidecar.reads))


def _writing(sidecar: Sidecar, query: exp.Expr, metadata: Describe | None) -> Builder:
    def build(run: TableRun) -> None:
        """Write the query's rows, then say what the table's module has to say of them."""
        if sidecar.incremental:
            write_profiles(run, query)
        elif sidecar.partition == AS_OF:
            run.write_by_day(query)
        else:
            run.write(query)
        if metadata is not None:
            run.metadata.update(metadata(run))

    return build


def _mapping_faults(project: Project) -> list[str]:
    known = sorted(path.stem for path in (ROOT / "unified").glob("*.yml"))
    found = []
    for name, source, definition in project.tables():
        for target in definition.maps:
            if target not in known:
                place = project.place(source, "tables", source.plain_name(name), "maps", target)
                found.append(f"{place}: not a unified table; choose one of {known}")
    for target in known:
        found.extend(Target(target, unified_sidecar(project, target), project).check())
    return found
