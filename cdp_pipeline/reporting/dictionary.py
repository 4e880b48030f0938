"""The data dictionary: a page for each table, as Markdown and as HTML, from sidecars and the newest source audit."""

import shutil
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from cdp_pipeline.assets.table import TableAsset
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.settings import REPOSITORY, Settings
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
TEMPLATES = Path(__file__).parent / "templates"


def write_dictionary(catalogue: dict[str, TableAsset], settings: Settings, folder: Path) -> int:
    """Write all pages and the index in the place of what the folder holds; returns the number of tables."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(TEMPLATES / "style.css", folder)
    environment = _environment()
    audits = _audits(settings)
    for table in catalogue.values():
        audit = audits.get(table.name, []) if table.layer in ("raw", "staging") else []
        content = {
            "table": table,
            "place": _place(table.path),
            "reads": sorted(table.reads),
            "read_by": sorted(name for name, other in catalogue.items() if table.full_name in other.reads),
            "audit": [["" if value is None else value for value in row[2:]] for row in audit],
            "audited_on": audit[0][1] if audit else "",
        }
        for suffix in ("md", "html"):
            page = environment.get_template(f"table.{suffix}.j2").render(content)
            (folder / f"{table.full_name}.{suffix}").write_text(page, encoding="utf-8")
    layers: dict[str, list[TableAsset]] = {}
    for table in catalogue.values():
        layers.setdefault(table.layer, []).append(table)
    for suffix in ("md", "html"):
        page = environment.get_template(f"index.{suffix}.j2").render(layers=layers.items())
        (folder / f"index.{suffix}").write_text(page, encoding="utf-8")
    return len(catalogue)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["link_md"] = lambda name: f"[{name}]({name}.md)"
    environment.filters["cell"] = lambda value: " ".join(str(value).split()).replace("|", "\\|")
    return environment


def _audits(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of the newest audit by `source__table`; none before the first run."""
    if not settings.warehouse.exists():
        return {}
    with warehouse_of(settings).session(read_only=True) as session:
        rows = session.rows(QUERIES["audit"]) if session.columns("quality.source_audit") else []
    return {name: list(found) for name, found in groupby(rows, key=lambda row: str(row[0]))}


def _place(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
