"""The import rule of the design: definitions → assets, checks, … → domain, resources, config → settings."""

import ast
from pathlib import Path

import pytest

from cdp_pipeline.settings import REPOSITORY

PACKAGE = REPOSITORY / "cdp_pipeline"
ALLOWED = {
    "config": {"config", "settings"},
    "domain": {"domain", "config"},
    "settings": set(),
    "resources": {"resources", "sql", "domain", "config", "settings"},
    "sql": {"sql", "domain", "config"},
    "checks": {"checks", "resources", "sql", "domain", "config"},
    "privacy": {"privacy", "resources", "sql", "domain", "config", "settings"},
    "assets": {"assets", "checks", "privacy", "resources", "sql", "domain", "config", "settings", "partitions"},
}


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    allowed = ALLOWED.get(_room(path))
    if allowed is None:
        return
    imported = {
        node.module.split(".")[1]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("cdp_pipeline.")
    }
    assert imported <= allowed, f"{path} imports {sorted(imported - allowed)}"


def test_domain_neither_knows_dagster_nor_the_engine() -> None:
    for path in (PACKAGE / "domain").glob("*.py"):
        text = path.read_text()
        assert "import dagster" not in text and "from dagster" not in text and "import duckdb" not in text, path
