"""All configuration of a deployment, read once and checked as a whole.

What belongs here: finding the files, and the checks that span several of them. What does not: the
shape of one file, which is its own module's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cdp_pipeline.config.base import Config, ConfigError, line_of, load, nearest
from cdp_pipeline.config.consent import Consent
from cdp_pipeline.config.deployment import Deployment
from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.config.expectations import Suite
from cdp_pipeline.config.identity import Identity
from cdp_pipeline.config.metrics import CustomMetric, Metrics, load_custom_metrics
from cdp_pipeline.config.quality import Quality
from cdp_pipeline.config.segments import Segment, SegmentReference
from cdp_pipeline.config.sources import Source, Table
from cdp_pipeline.config.survivorship import Survivorship

M = TypeVar("M", bound=Config)


@dataclass(frozen=True)
class Project:
    """The configuration of one deployment; dictionaries are keyed by name, in sorted order.

    `truths` has the text of the queries that suites name, by file, `segment_queries` that of segments in SQL.
    """

    seeds: Path
    deployment: Deployment
    sources: dict[str, Source]
    identity: Identity
    survivorship: Survivorship
    consent: Consent
    segments: dict[str, Segment]
    destinations: dict[str, Destination]
    segment_queries: dict[str, str]
    metrics: Metrics
    custom_metrics: dict[str, CustomMetric]
    quality: Quality
    suites: dict[str, Suite]
    truths: dict[str, str]

    def place(self, source: Source, *keys: str | int) -> str:
        """`file:line: key.path` in a source's YAML, as messages name it."""
        path = self.seeds / "sources" / f"{source.source}.yml"
        return f"{path}:{line_of(path, keys)}: {'.'.join(str(key) for key in keys)}"

    def tables(self) -> Iterator[tuple[str, Source, Table]]:
        """Every delivered table as (`<source>__<table>`, source, table), sorted."""
        for source in self.sources.values():
            for name, table in sorted(source.tables.items()):
                yield f"{source.source}__{name}", source, table


def load_project(seeds: Path) -> Project:
    """Read and check every file below `seeds/`; raises ConfigError with all faults of the first kind met."""
    project = Project(
        seeds=seeds,
        deployment=load(seeds / "deployment.yml", Deployment),
        sources=_folder(seeds / "sources", Source, "source"),
        identity=load(seeds / "identity.yml", Identity),
        survivorship=load(seeds / "survivorship.yml", Survivorship),
        consent=load(seeds / "consent.yml", Consent),
        segments=_folder(seeds / "segments", Segment, "id"),
        destinations=_folder(seeds / "destinations", Destination, "name"),
        segment_queries=_queries(seeds / "segments"),
        metrics=load(seeds / "metrics.yml", Metrics),
        custom_metrics=load_custom_metrics(seeds / "metrics"),
        quality=load(seeds / "quality.yml", Quality),
        suites=_folder(seeds / "expectations", Suite, "table"),
        truths=_queries(seeds / "expectations"),
    )
    faults = [*_metric_faults(project), *_all_segment_faults(project), *_destination_faults(project)]
    if not project.sources:
        faults.append(f"{seeds / 'sources'}: no source is configured; add a YAML file (docs/sources.md shows one)")
    if faults:
        raise ConfigError("\n".join(faults))
    return project


def _queries(folder: Path) -> dict[str, str]:
    """The text of the `.sql` files of a folder, by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}


def _folder(folder: Path, model: type[M], identity: str) -> dict[str, M]:
    """All YAML files of a folder by name; the name inside must be the file's."""
    found: dict[str, M] = {}
    faults = []
    for path in sorted(folder.glob("*.yml")):
        try:
            content = load(path, model)
        except ConfigError as error:
            faults.append(str(error))
            continue
        name = getattr(content, identity)
        if name != path.stem:
            line = line_of(path, (identity,))
            faults.append(f"{path}:{line}: {identity}: '{name}' differs from the file's name; rename one of them")
        found[name] = content
    faults.extend(f"{path}: the suffix is .yml here; rename the file" for path in sorted(folder.glob("*.yaml")))
    if faults:
        raise ConfigError("\n".join(faults))
    return found


def _metric_faults(project: Project) -> Iterator[str]:
    path, purpose = project.seeds / "metrics.yml", project.metrics.predictions.purpose
    if purpose not in project.consent.purposes:
        line = line_of(path, ("predictions", "purpose"))
        yield f"{path}:{line}: predictions.purpose: '{purpose}' is not one of {sorted(project.consent.purposes)}"


def _all_segment_faults(project: Project) -> Iterator[str]:
    for name, segment in project.segments.items():
        yield from reference_faults(project, segment, project.seeds / "segments" / f"{name}.yml")
    yield from segment_cycles(project)


def reference_faults(project: Project, segment: Segment, path: Path) -> Iterator[str]:
    """Purposes, channels and segments that the segment in this file names and that do not exist."""
    for key, values, known in (
        ("purposes", segment.purposes, sorted(project.consent.purposes)),
        ("channels", segment.channels, sorted(project.consent.channels)),
    ):
        for place, value in enumerate(values):
            if value not in known:
                yield f"{path}:{line_of(path, (key, place))}: {key}: '{value}' is not one of {known}"
    for keys, rule in segment.leaves():
        if isinstance(rule, SegmentReference) and rule.segment not in project.segments:
            hint = nearest(rule.segment, project.segments, otherwise=f"choose one of {sorted(project.segments)}")
            yield f"{path}:{line_of(path, (*keys, 'segment'))}: segment '{rule.segment}' does not exist; {hint}"


def segment_cycles(project: Project) -> Iterator[str]:
    """That segments refer to each other in a circle."""
    order: list[str] = []
    waiting = dict.fromkeys(project.segments)
    while waiting:
        known = [name for name in waiting if references(project.segments[name]) <= set(order)]
        if not known:
            unknown = {r for name in waiting for r in references(project.segments[name])} - set(project.segments)
            if not unknown:
                circle = sorted(
                    name
                    for name in waiting
                    if name in with_references(references(project.segments[name]), project.segments)
                )
                first = project.seeds / "segments" / f"{circle[0]}.yml"
                yield f"{first}: segments {circle} refer to each other in a circle; take one of the references out"
            return
        for name in known:
            order.append(name)
            del waiting[name]


def with_references(asked: Iterable[str], segments: Mapping[str, Segment]) -> set[str]:
    """The segments asked for, and all that these refer to."""
    found: set[str] = set()
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(references(segments[name]))
    return found


def references(segment: Segment) -> set[str]:
    """Names of the segments that a segment refers to."""
    return {rule.segment for _, rule in segment.leaves() if isinstance(rule, SegmentReference)}


def _destination_faults(project: Project) -> Iterator[str]:
    for name, destination in project.destinations.items():
        path = project.seeds / "destinations" / f"{name}.yml"
        checks = (
            ("segments", destination.segments, set(project.segments)),
            ("purposes", destination.purposes, set(project.consent.pairs.get(destination.channel, ()))),
            ("channel", (destination.channel,), set(project.consent.channels)),
        )
        for key, values, known in checks:
            for value in values:
                if value not in known:
                    yield f"{path}:{line_of(path, (key,))}: {key}: '{value}' is not one of {sorted(known)}"
