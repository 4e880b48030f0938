"""What only several files of `seeds/` together can tell to be wrong: names that nothing else knows.

What belongs here: faults across files, each as a line that names file, key, value and remedy. What does
not: the shape of one file (`cdp_pipeline.config`), and mappings (`domain.mapping`).
"""

from collections.abc import Iterator, Mapping, Set

from cdp_pipeline.config.base import line_of
from cdp_pipeline.config.erasure_requests import load_erased
from cdp_pipeline.config.linkage_model import load_linkage_model
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.reference import load_reference
from cdp_pipeline.config.steward import load_decisions
from cdp_pipeline.config.suppressions import load_suppressions
from cdp_pipeline.config.survivorship import AttributeRule
from cdp_pipeline.domain.standardisation import regions


def faults(project: Project, columns: Mapping[str, Set[str]]) -> Iterator[str]:
    """All faults; `columns` has the names of each table's columns. Raises ConfigError for a faulty CSV file."""
    load_decisions(project.seeds)
    load_suppressions(project.seeds)
    load_erased(project.seeds)
    load_linkage_model(project.seeds)
    yield from _identity(project, columns["identity.linkage_records"])
    yield from _identifiers(project)
    yield from _survivorship(project, columns["unified.person_records"], columns["profile.profiles"])
    yield from _kinds(project)
    yield from _countries(project)
    yield from _consent(project)
    yield from _suites(project, columns)


def _identity(project: Project, known: Set[str]) -> Iterator[str]:
    path, identity = project.seeds / "identity.yml", project.identity
    asked: list[tuple[tuple[str | int, ...], tuple[str, ...]]] = [
        (("blocking_rules", place, "on"), rule.on) for place, rule in enumerate(identity.blocking_rules)
    ]
    for key, rules in (
        ("deterministic_rules", identity.training.deterministic_rules),
        ("passes", identity.training.passes),
    ):
        asked += [(("training", key, place), rule) for place, rule in enumerate(rules)]
    for key_path, names in asked:
        for name in sorted(set(names) - known):
            place = ".".join(str(part) for part in key_path)
            yield f"{path}:{line_of(path, key_path)}: {place}: '{name}' is not one of {sorted(known)}"


def _identifiers(project: Project) -> Iterator[str]:
    known = set(project.identity.identifiers)
    for name, source, table in project.tables():
        for target, mapping, keys in table.placed_mappings():
            kind = mapping.get("type")
            if target == "identifiers" and isinstance(kind, str) and kind not in known:
                place = project.place(source, "tables", source.plain_name(name), *keys, "type")
                yield (
                    f"{place}: '{kind}' is not one of the identifiers of identity.yml ({sorted(known)}); "
                    "add it there, with its limit"
                )


def _survivorship(project: Project, attributes: Set[str], golden: Set[str]) -> Iterator[str]:
    path, rules = project.seeds / "survivorship.yml", project.survivorship
    ruled = {*rules.attributes, *(name for group in rules.groups.values() for name in group.attributes)}
    for name in sorted(ruled - attributes):
        yield f"{path}:{line_of(path, ('attributes', name))}: '{name}' is not an attribute of unified.person_records"
    every = {
        **{("attributes", n): r for n, r in rules.attributes.items()},
        **{("groups", n): r for n, r in rules.groups.items()},
    }
    for key_path, rule in every.items():
        for source in sorted(set(rule.sources) - set(project.sources)):
            place = f"{path}:{line_of(path, key_path)}: {'.'.join(key_path)}.sources"
            yield f"{place}: '{source}' is not one of {sorted(project.sources)}"
    for name in sorted((attributes & golden) - ruled - set(project.identity.custom_attributes) - {"profile_id"}):
        yield f"{path}: '{name}' has no rule, so no profile would have one; add it to attributes or to a group"


def _kinds(project: Project) -> Iterator[str]:
    """Rules that a value of the attribute's kind can't follow, and countries that nobody lives in."""
    path, rules = project.seeds / "survivorship.yml", project.survivorship
    countries = set(load_reference(project.seeds).countries.values())
    every: list[tuple[tuple[str, str], tuple[str, ...], AttributeRule]] = [
        (("attributes", n), (n,), r) for n, r in rules.attributes.items()
    ]
    every.extend((("groups", n), g.attributes, g) for n, g in rules.groups.items())
    for key_path, attributes, rule in every:
        place = f"{path}:{line_of(path, key_path)}: {'.'.join(key_path)}"
        if rule.rule == "aggregate" and "birth_date" in attributes:
            yield f"{place}: several dates of birth are none; choose a rule that keeps one"
        for country in sorted(set(rule.by_country) - countries):
            yield f"{place}.by_country: '{country}' is not an ISO 3166-1 alpha-2 code such as FR"
        if rule.contact_point in ("email", "phone") and attributes[0] != rule.contact_point:
            yield f"{place}.contact_point: '{rule.contact_point}' is not what '{attributes[0]}' is; leave it out or correct it"


def _consent(project: Project) -> Iterator[str]:
    path, consent = project.seeds / "consent.yml", project.consent
    for channel in sorted(set(consent.contact_points) - set(consent.channels)):
        place = f"{path}:{line_of(path, ('contact_points', channel))}: contact_points"
        yield f"{place}: '{channel}' is not one of the channels {list(consent.channels)}"


def _countries(project: Project) -> Iterator[str]:
    known = set(load_reference(project.seeds).countries.values()) & regions()
    path = project.seeds / "deployment.yml"
    asked = [(f"{path}:{line_of(path, ('default_country',))}: default_country", project.deployment.default_country)]
    for name, source, table in project.tables():
        for column_name, column in table.columns.items():
            if column.default_country:
                keys = ("tables", source.plain_name(name), "columns", column_name, "default_country")
                asked.append((project.place(source, *keys), column.default_country))
    for place, country in asked:
        if country not in known:
            yield f"{place}: '{country}' is not in seeds/reference/countries.csv, or has no telephone numbers; correct or add it"


def _suites(project: Project, columns: Mapping[str, Set[str]]) -> Iterator[str]:
    for name, suite in project.suites.items():
        path = project.seeds / "expectations" / f"{name}.yml"
        if name not in columns:
            yield f"{path}:1: table: '{name}' is not a table; rename the file and the key"
            continue
        for place, expectation in enumerate(suite.expectations):
            for column in sorted(set(expectation.columns) - columns[name]):
                line = line_of(path, ("expectations", place))
                yield f"{path}:{line}: column: '{column}' is not one of {sorted(columns[name])}"
