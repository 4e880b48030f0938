"""Reading files of `seeds/` (YAML into frozen models, small CSV tables), with errors a person can act on.

What belongs here: the base model, the reader, and the error that names file, line, key, value and
remedy. What does not: the meaning of any particular file.
"""

import csv
import difflib
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails


class ConfigError(Exception):
    """Configuration that can't be used; the message names file, line, key, value and what to do."""


class Config(BaseModel):
    """Base of all configuration: immutable, and no key passes unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


M = TypeVar("M", bound=Config)


def _compiles(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error})") from None
    return value


RegularExpression = Annotated[str, AfterValidator(_compiles)]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: `on`, `off`, `yes` and `no` (Norway) are words."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping whose keys stand once: the last of two would silently win."""
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if isinstance(key.value, str) and seen.setdefault(key.value, line) != line:
            raise ValueError(f"line {line}: '{key.value}' stands in line {seen[key.value]} already; remove one of them")
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def read_yaml(path: Path) -> Any:
    """Parse one YAML file; raises ConfigError naming line and column of a syntax error."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: the file is missing; create it, as in the seeds/ of the repository; CDP_HOME names the folder that holds seeds/"
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None


def load(path: Path, model: type[M]) -> M:
    """Read and validate one file; raises ConfigError that lists every fault with its place."""
    content = read_yaml(path)
    try:
        return model.model_validate(content if content is not None else {})
    except ValidationError as error:
        # pydantic counts the items of a list without those that it told the faults of
        told = [d for d in error.errors(include_url=False) if not (d["type"] == "too_short" and d["input"])]
        lines = [_fault(path, model, detail) for detail in told]
        raise ConfigError("\n".join(lines)) from None


def nearest(name: str, known: Iterable[str], *, otherwise: str = "", before: str = "", alike: float = 0.6) -> str:
    """The hint of the nearest of the known names, `before` in front of it, or `otherwise` where none is `alike` enough.

    The same letters in another order are nearest.
    """
    names = list(known)
    near = [other for other in names if sorted(other) == sorted(name)]
    near = near or difflib.get_close_matches(name, names, n=1, cutoff=alike)
    return f"{before}did you mean '{near[0]}'?" if near else otherwise


def read_csv(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Rows of a small CSV file with their lines (the header is 1); raises ConfigError for a missing file or column."""
    if not path.exists():
        raise ConfigError(f"{path}: the file is missing; create it with the columns {', '.join(columns)}")
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from None
    with io.StringIO(content, newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            header = ",".join(columns)
            raise ConfigError(
                f"{path}:1: the columns {missing} are missing; the header is {header}, found {reader.fieldnames}"
            )
        rows = list(enumerate(reader, start=2))
    for line, row in rows:
        if None in row:
            raise ConfigError(f"{path}:{line}: more cells than the header has columns; quote cells that hold a comma")
    return rows


def line_of(path: Path, key_path: tuple[int | str, ...]) -> int:
    """Line (from 1) of a key path in a YAML file: the deepest part that exists."""
    node = yaml.compose(path.read_text(encoding="utf-8"))
    line = 1
    for part in key_path:
        found = _child(node, part)
        if found is None:
            continue
        node, line = found
    return line


def _child(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None


def _fault(path: Path, model: type[Config], detail: ErrorDetails) -> str:
    place = f"{path}:{line_of(path, detail['loc'])}: {'.'.join(str(part) for part in detail['loc'])}"
    if detail["type"] == "extra_forbidden":
        known = sorted(_known_keys(model))
        if detail["loc"][-1] in known:
            return f"{place}: '{detail['loc'][-1]}' does not belong here, beside the other keys; remove it or them"
        hint = nearest(str(detail["loc"][-1]), known, otherwise="remove it or correct its spelling")
        return f"{place}: unknown key '{detail['loc'][-1]}'; {hint}"
    if detail["type"] == "missing":
        return f"{place}: this key is required; add it"
    if "connector" in detail["loc"]:
        return f"{place}: {detail['msg']} (secrets are given by the names of environment variables)"
    if isinstance(detail["input"], dict | list):
        return f"{place}: {detail['msg']}"
    known = re.findall("'([^']+)'", detail["ctx"]["expected"]) if detail["type"] == "literal_error" else []
    hint = nearest(str(detail["input"]), known, before="; ")
    return f"{place}: {detail['msg']}; found {detail['input']!r}{hint}"


def _known_keys(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> set[str]:
    if model in seen:
        return set()
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        keys.add(field.alias or name)
        for inner in _models_in(field.annotation):
            keys |= _known_keys(inner, seen | {model})
    return keys


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models_in(part)]
