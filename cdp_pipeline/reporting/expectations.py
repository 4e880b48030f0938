"""`cdp draft-expectations`: proposed suites of a source's tables, from the newest audit of what it delivers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expectation_draft import AuditedColumn, is_list_of_words, raw_suite, staging_suite
from cdp_pipeline.domain.expressions import column, named, table, text
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.warehouse import Session, WarehouseError, require
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
WIDTH = 100_000


def draft_suites(settings: Settings, project: Project, source: str) -> dict[Path, str]:
    """The text of each suite by its file; raises WarehouseError where the source was never audited."""
    found: dict[Path, str] = {}
    with warehouse_of(settings).session(read_only=True) as session:
        require(session, ["quality.source_audit"])
        for name, owner, definition in project.tables():
            if owner.source != source:
                continue
            audited = list(_audited(session, source, owner.plain_name(name), name))
            if not audited:
                raise WarehouseError(f"{source} was not audited yet; run a day of it first (`cdp run`)")
            typed = staging_suite(f"staging.{name}", definition.key, audited, is_event=definition.is_event)
            for suite in (raw_suite(f"raw.{name}"), typed):
                found[settings.seeds / "expectations" / f"{suite['table']}.yml"] = _yaml(suite)
    return found


def write_suites(drafted: dict[Path, str], console: Console, errors: Console) -> None:
    """Write each suite whose file is not there yet, and say so."""
    for path, content in drafted.items():
        if path.exists():
            errors.print(f"{path} exists and was left as it is", style="yellow", markup=False)
        else:
            path.write_text(content, encoding="utf-8")
            console.print(f"Written to {path}", markup=False, soft_wrap=True)


def _audited(session: Session, source: str, plain: str, name: str) -> Iterator[AuditedColumn]:
    session.stage("asked", exp.select(named(text(source), "source"), named(text(plain), "source_table")))
    for privacy, *measures in session.rows(QUERIES["audited"]):
        one = AuditedColumn(*measures)
        if privacy == "none" and is_list_of_words(one):
            words = exp.select(column(one.name)).distinct().from_(table(f"staging.{name}"))
            listed = session.rows(words.where(column(one.name).is_(exp.null()).not_()))
            one = one._replace(words=tuple(str(row[0]) for row in listed))
        yield one


def _yaml(suite: dict[str, Any]) -> str:
    lines = [f"table: {suite['table']}", "expectations:"]
    for expectation in suite["expectations"]:
        flow = yaml.safe_dump(expectation, default_flow_style=True, sort_keys=False, width=WIDTH, allow_unicode=True)
        lines.append(f"  - {flow.strip()}")
    return "\n".join(lines) + "\n"
