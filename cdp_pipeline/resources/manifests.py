"""A delivery's manifest: what is in its folder, for the partner and for whoever has to prove it."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cdp_pipeline.resources.landing import digest

MANIFEST = "manifest.json"
PENDING = ".pending"
"""Folder below the exports of deliveries that are prepared: no partner is sent what a check refuses."""


def write_manifest(folder: Path, told: Mapping[str, Any], files: Sequence[tuple[Path, str, int]]) -> str:
    """Write what is told, and each file's action, rows, bytes and digest, in the order in which they are to be read.

    Returns the manifest's own digest.
    """
    entries = [{"name": path.name, "action": action, "rows": rows, **_measures(path)} for path, action, rows in files]
    return _write(folder, {**told, "files": entries})


def _measures(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": digest(path)}


def _write(folder: Path, content: Mapping[str, Any]) -> str:
    path, partial = folder / MANIFEST, folder / f".{MANIFEST}.partial"
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")
    partial.replace(path)
    return digest(path)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a delivery's folder."""
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return found


def files_of(folder: Path) -> list[tuple[Path, str]]:
    """The files of a delivery and what each is about, in their order."""
    return [(folder / file["name"], str(file["action"])) for file in read_manifest(folder)["files"]]


def is_whole(folder: Path) -> bool:
    """Whether every file is there, as it was written."""
    if not (folder / MANIFEST).exists():
        return False
    files = [(folder / file["name"], file["sha256"]) for file in read_manifest(folder)["files"]]
    return all(path.exists() and digest(path) == checksum for path, checksum in files)


def restate(folder: Path, dropped: Mapping[str, int]) -> str:
    """Tell anew what the files are after rows (by name of the file) were taken out; returns the manifest's digest."""
    content = read_manifest(folder)
    files = [
        {**file, "rows": file["rows"] - dropped.get(file["name"], 0), **_measures(folder / file["name"])}
        for file in content["files"]
    ]
    return _write(folder, {**content, "files": files})
