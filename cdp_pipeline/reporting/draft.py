"""`cdp draft-source`: a proposed `seeds/sources/<source>.yml` from the files themselves.

Every guess stands with its confidence (0 to 1) as a comment behind it; the file is a beginning that
`cdp check` accepts, for a person to correct.
"""

import csv
import json
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import yaml
from sqlglot import exp

from cdp_pipeline.config.sources import Extract, Table
from cdp_pipeline.domain.drafting import DraftTable, draft_table, folded
from cdp_pipeline.domain.expressions import column, literal
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.extracts import ExtractError, excel
from cdp_pipeline.resources.extracts.text import encoding, opened, unpack
from cdp_pipeline.resources.landing import FORMATS

SAMPLED_ROWS = 5_000
HEAD_LINES = 50
DELIMITERS = (",", ";", "\t", "|")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CHANNELS = (("email", "mail"), ("store", "store|pos|shop_floor|caisse"), ("event", "event|attend"), ("web", ""))


def source_name(files: Sequence[Path], given: str | None) -> str:
    """A name of letters, digits and _: the given one, or that of the nearest folder with a name of its own."""
    folder = next((part.name for part in files[0].resolve().parents if part.name[:1].isalpha()), "source")
    return re.sub(r"[^a-z0-9]+", "_", (given or folder).lower()).strip("_")


def draft_source(files: Sequence[Path], name: str, currency: str) -> str:
    """The whole YAML file; raises ExtractError for a file that can't be read."""
    tables = {_table_name(path): (path, *_read(path)) for path in files}
    drafts = {table: draft_table(names, rows) for table, (_, _, names, rows) in tables.items()}
    lines = [
        f"source: {name}",
        "description: TODO what this system is",
        "owner: TODO who answers for it",
        "trust: 0.5",
        "tables:",
    ]
    for table, draft in drafts.items():
        path, extract, _, _ = tables[table]
        lines += _table_lines(table, path, name, extract, draft, drafts, currency)
    return "\n".join(lines) + "\n"


def _table_name(path: Path) -> str:
    stem = path.name.split(".")[0]
    named = re.sub(r"^[^a-z]+", "", folded(DAY.sub("", stem)))
    return named or "table"


def _read(path: Path) -> tuple[dict[str, Any], list[str], list[tuple[str | None, ...]]]:
    """Extract as detected, headers, and a sample of rows."""
    found = _detect(path)
    with tempfile.TemporaryDirectory(prefix="cdp_") as folder, duckdb.connect() as connection:
        scratch = Path(folder)
        session = DuckDBSession(connection, scratch)
        content = {**found, "path": "{date}", "load": "append"}
        blank = Table.model_validate({"extract": content, "columns": {"a": {}}})
        names = FORMATS[found["format"]].header(path, blank)
        lines = FORMATS[found["format"]].lines(session, path, blank, names, "sample", scratch)
        session.stage("sampled", lines)
        asked = exp.select(*(column(part) for part in names)).from_("sampled").where("_reject_reason is null")
        rows = session.rows(asked.order_by("_line").limit(literal(SAMPLED_ROWS)))
    return found, names, rows


def _detect(path: Path) -> dict[str, Any]:
    """Format, and for text its encoding, delimiter and header row."""
    plain = Extract(format="csv", path="{date}", load="append", encoding="auto")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if {".xlsx", ".xls", ".ods"} & set(suffixes):
        return {"format": "excel", "header_row": _excel_header(path)}
    if ".parquet" in suffixes:
        return {"format": "parquet"}
    with tempfile.TemporaryDirectory(prefix="cdp_") as folder:
        codec, _ = encoding(unpack(path, plain, Path(folder)), plain)
    with opened(path, plain) as file:
        head = [line for _, line in zip(range(HEAD_LINES), file, strict=False)]
    found: dict[str, Any] = {"encoding": codec} if codec != "utf-8" else {}
    first = next((line.strip() for line in head if line.strip()), "")
    if first.startswith("[") or (first == "{"):
        return {"format": "json", **found}
    if first.startswith("{") and _is_json(first):
        return {"format": "jsonl", **found}
    delimiter, header_row = _dialect(path, head)
    return {"format": "csv", **found, "delimiter": delimiter, "header_row": header_row}


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _dialect(path: Path, head: list[str]) -> tuple[str, int]:
    """The delimiter by which most lines have the same number of cells, and the first line that has it."""
    best = (0, 0, ",", 1)
    for delimiter in DELIMITERS:
        counts = [len(cells) for cells in csv.reader(head, delimiter=delimiter)]
        usual, lines = (
            Counter(count for count in counts if count > 1).most_common(1)[0] if max(counts, default=0) > 1 else (0, 0)
        )
        if usual and (lines, usual) > best[:2]:
            best = (lines, usual, delimiter, counts.index(usual) + 1)
    if best[0] == 0 and not head:
        raise ExtractError(path, "", "the file is empty", "give a file with lines")
    return best[2], best[3]


def _excel_header(path: Path) -> int:
    """The first row of which every cell up to its last holds text, below which a row as wide follows."""
    rows = excel.rows_of(path, Extract(format="excel", path="{date}", load="append"))
    for number, row in enumerate(rows[:HEAD_LINES], start=1):
        cells = [cell for cell in row if cell != ""]
        if len(cells) > 1 and all(isinstance(cell, str) for cell in cells) and number < len(rows):
            return number
    return 1


def _table_lines(
    table: str,
    path: Path,
    source: str,
    extract: dict[str, Any],
    draft: DraftTable,
    drafts: dict[str, DraftTable],
    currency: str,
) -> list[str]:
    shown = {k: v for k, v in extract.items() if (k, v) not in (("delimiter", ","), ("header_row", 1))}
    content = {"format": shown.pop("format"), "path": _pattern(path, source), "load": draft.load, **shown}
    lines = [
        f"  {table}:",
        "    description: TODO what a row is",
        f"    extract: {_flow(content)}  # load: a guess; snapshot, delta or append",
        f"    key: {_flow(list(draft.key))}",
        "    columns:",
    ]
    for part in draft.columns:
        settings: dict[str, Any] = {"type": part.type} if part.type != "text" else {}
        settings |= {"formats": list(part.formats)} if part.formats else {}
        settings |= {"decimal_separator": ","} if part.type == "decimal" and part.decimal_comma else {}
        settings |= {"required": True} if part.name in draft.key else {}
        lines.append(f"      {_flow(part.name)}: {_flow(settings)}  # {part.confidence:.2f}, {part.because}")
    if draft.maps:
        lines.append("    maps:")
    for target, mapped in sorted(draft.maps.items()):
        lines += _mapping_lines(target, mapped, table, source, draft, drafts, currency)
    return lines


def _mapping_lines(
    target: str,
    mapped: dict[str, tuple[str, float]],
    table: str,
    source: str,
    draft: DraftTable,
    drafts: dict[str, DraftTable],
    currency: str,
) -> list[str]:
    if target == "identifiers":
        return [
            "      identifiers:",
            *(
                f"        - {_flow({'type': kind, 'value': name})}  # {sure:.2f}"
                for kind, (name, sure) in mapped.items()
            ),
        ]
    lines = [f"      {target}:"]
    person = _person(draft, drafts) if target in ("orders", "interactions", "service_cases") else None
    if person:
        lines.append(f"        record_id: {_flow(person)}  # 0.80, the key of another file")
    lines += [f"        {unified}: {_flow(name)}  # {sure:.2f}" for unified, (name, sure) in mapped.items()]
    constants: dict[str, str] = {}
    if target in ("orders", "interactions"):
        constants["channel"] = next(kind for kind, words in CHANNELS if re.search(words, f"{source} {table}"))
    if target == "orders":
        constants["currency"] = currency
    if target == "interactions" and "event" not in mapped:
        constants["event"] = "attended" if "attend" in table else "viewed"
    if target == "stores" and "country" not in mapped:
        constants["country"] = "FR"
    lines += [f"        {name}: {_flow({'constant': value})}  # 0.50, a guess" for name, value in constants.items()]
    return lines


def _person(draft: DraftTable, drafts: dict[str, DraftTable]) -> dict[str, Any] | None:
    """The table of persons whose key one of the columns holds, by its name."""
    for name, other in drafts.items():
        if "person_records" not in other.maps or len(other.key) != 1:
            continue
        wanted = {folded(other.key[0]), folded(f"{name.rstrip('s')}_{other.key[0]}")}
        for part in draft.columns:
            if folded(part.name) in wanted and other is not draft and part.name not in draft.key:
                return {"table": name, "key": part.name}
    return None


def _pattern(path: Path, source: str) -> str:
    """The path below the landing folder with the day as `{date}`."""
    parts = path.resolve().parts
    if "landing" in parts:
        below = "/".join(parts[parts.index("landing") + 1 :])
        if DAY.search(below):
            return DAY.sub("{date}", below)
    return f"{source}/{{date}}/{path.name}"


def _flow(value: Any) -> str:
    """A value as one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...").strip()
