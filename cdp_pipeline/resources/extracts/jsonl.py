"""JSON lines: an object a line; nested values arrive as their JSON text."""

import json
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.config.sources import Extract
from cdp_pipeline.domain.expressions import column, named, null_as, struct, table_function, text
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.warehouse import Session

NO_DELIMITER = "\x01"
SAMPLED_LINES = 200


def header(path: Path, extract: Extract) -> list[str]:
    """Keys of the first lines' objects, in order of appearance."""
    keys: dict[str, None] = {}
    with path.open(encoding="utf-8-sig") as file:
        for number, line in zip(range(1, SAMPLED_LINES + 1), file, strict=False):
            try:
                content = json.loads(line)
            except ValueError:
                continue
            if not isinstance(content, dict):
                raise ExtractError(path, str(number), "not a JSON object", "deliver one JSON object a line")
            keys.update(dict.fromkeys(content))
    if not keys:
        raise ExtractError(path, "", "no line is a JSON object", "deliver one JSON object a line")
    return list(keys)


def lines(session: Session, path: Path, extract: Extract, names: list[str], slot: str, scratch: Path) -> exp.Query:
    """All lines; one that is not valid JSON is refused."""
    reader = table_function(
        "read_csv",
        str(path),
        columns=struct({"line": "varchar"}),
        auto_detect=False,
        header=False,
        delim=NO_DELIMITER,
        quote="",
        escape="",
        max_line_size=1 << 24,
    )
    numbered = exp.select("line", named(exp.Window(this=exp.func("row_number")), "_line")).from_(reader)
    session.stage(slot, numbered)
    content = exp.TryCast(this=exp.column("line"), to=exp.DataType.build("json"))
    valid = exp.func("json_valid", exp.column("line"))
    return (
        exp.select(
            *(named(exp.func("json_extract_string", content, text(_path(name))), name) for name in names),
            column("_line"),
            named(exp.If(this=valid, true=null_as("varchar"), false=text("not valid JSON")), "_reject_reason"),
            named(exp.If(this=valid, true=null_as("varchar"), false=exp.column("line")), "_reject_text"),
        )
        .from_(slot)
        .where("length(trim(line)) > 0")
    )


def _path(name: str) -> str:
    return '$."' + name.replace('"', '\\"') + '"'
