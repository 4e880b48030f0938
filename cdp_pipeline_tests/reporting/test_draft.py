"""A draft of the seven systems' own files against their real configuration."""

from pathlib import Path
from typing import Any

import yaml

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Mapping
from cdp_pipeline.reporting.draft import draft_source
from cdp_pipeline_tests.homes import REPOSITORY, cdp

SAMPLE = REPOSITORY / "data" / "sample"
DAY = "2026-11-15"
Columns = dict[tuple[str, str], Any]


def _mapped(mappings: list[tuple[str, Mapping]]) -> Columns:
    """(unified table, column) → delivered column; what is built by expressions or constants is no guess of a column."""
    return {
        (target, name): value
        for target, mapping in mappings
        if target != "consents"
        for name, value in mapping.items()
        if isinstance(value, str) and name != "type"
    }


def _drafted(files: list[Path], source: str) -> dict[str, Columns]:
    content = yaml.safe_load(draft_source(files, source, "EUR"))
    found = {}
    for table in content["tables"].values():
        pairs = [
            (target, part)
            for target, mapping in table.get("maps", {}).items()
            for part in (mapping if isinstance(mapping, list) else [mapping])
        ]
        found[Path(table["extract"]["path"]).name] = _mapped(pairs)
    return found


def test_most_columns_of_the_seven_systems_are_mapped_right(project: Project) -> None:
    wanted: list[tuple[str, str, str, Any]] = []
    drafted: list[tuple[str, str, str, Any]] = []
    for name, source in project.sources.items():
        files = {
            table: SAMPLE / definition.extract.path.replace("{date}", DAY)
            for table, definition in source.tables.items()
        }
        found = _drafted(list(files.values()), name)
        for table, definition in source.tables.items():
            wanted += [(table, *key, value) for key, value in _mapped(definition.mappings()).items()]
            drafted += [(table, *key, value) for key, value in found[files[table].name].items()]
    right = len(set(wanted) & set(drafted))
    assert right / len(wanted) >= 0.85
    assert right / len(drafted) >= 0.85


def test_a_draft_passes_the_check(seeds: Path, tmp_path: Path) -> None:
    for suite in (seeds / "expectations").glob("*.*__*.yml"):
        suite.unlink()  # the drafts call some tables otherwise
    for name in ("store_pos", "service_desk"):
        (seeds / "sources" / f"{name}.yml").unlink()
        files = [str(path) for path in sorted((SAMPLE / name / DAY).iterdir())]
        written = cdp(seeds.parent, "draft-source", *files, "--name", name, "--write")
        assert written.returncode == 0, written.stderr
    checked = cdp(seeds.parent, "check")
    assert checked.returncode == 0, checked.stderr


def test_headers_in_other_words_and_dialects_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "kunden.csv"
    rows = "".join(
        f"K{n};Zo\u00e9 {n};{n % 28 + 1:02}.05.1980;zoe{n}@example.org;06 12 34 56 {n:02}\n" for n in range(40)
    )
    path.write_bytes(("Export vom Mai\nKundenId;Full Name;Geburtsdatum;Kontakt;Telefon\n" + rows).encode("cp1252"))
    content = yaml.safe_load(draft_source([path], "shop", "EUR"))
    table = content["tables"]["kunden"]
    extract = table["extract"]
    assert (extract["delimiter"], extract["encoding"], extract["header_row"]) == (";", "cp1252", 2)
    assert table["key"] == ["KundenId"]
    assert table["columns"]["Geburtsdatum"] == {"type": "date", "formats": ["%d.%m.%Y"]}
    assert table["maps"]["person_records"] == {
        "full_name": "Full Name",
        "birth_date": "Geburtsdatum",
        "email": "Kontakt",
        "phone": "Telefon",
    }


def test_a_file_that_can_not_be_read_is_told_without_a_trace(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("no")
    done = cdp(seeds.parent, "draft-source", str(tmp_path / "x.parquet"))
    assert done.returncode == 1
    assert "not a readable Parquet file" in done.stderr
