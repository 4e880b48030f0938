"""Files in S3 buckets, on SFTP servers and in folders, through dlt's `filesystem` source.

They land byte for byte: the readers of the landing zone judge them, line by line, with the line as
delivered at hand.
"""

import fnmatch
import shutil
from datetime import date
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from dlt.common.storages.fsspec_filesystem import FileItemDict
from dlt.sources.filesystem import filesystem

from cdp_pipeline.config.connectors import Files
from cdp_pipeline.resources.connectors.failures import FetchFailed
from cdp_pipeline.resources.filesystems import open_filesystem


def fetch(connector: Files, day: date, target: Path, scratch: Path) -> list[str]:
    """Copy the day's files to the target's folder, once all are here; returns their names.

    The last part of `target` is the name to land under, or a pattern with `*` that the names must match;
    what landed under it and is delivered no more goes, unless nothing is delivered any more.
    """
    found = sorted(_listed(connector, day), key=lambda item: str(item["file_name"]))
    landed: list[tuple[Path, Path]] = []
    for number, item in enumerate(found):
        name = str(item["file_name"]) if "*" in target.name else target.name
        if not fnmatch.fnmatchcase(name, target.name):
            raise FetchFailed(
                f"'{name}' does not fit extract.path ('{target.name}'), so it would never be read; widen it"
            )
        copy = scratch / str(number)
        with item.open() as remote, copy.open("wb") as local:
            shutil.copyfileobj(remote, local, 1 << 20)
        if item["size_in_bytes"] not in (None, copy.stat().st_size):
            raise FetchFailed(f"'{name}' changed while it was fetched; run the day again")
        copy.chmod(0o600)
        landed.append((copy, target.with_name(name)))
    target.parent.mkdir(parents=True, exist_ok=True)
    for copy, final in landed:
        partial = final.with_name(f".{final.name}.partial")
        shutil.move(copy, partial)
        partial.replace(final)
    delivered = {final for _, final in landed}
    for before in target.parent.glob(target.name) if delivered else ():
        if before not in delivered:
            before.unlink()  # the partner delivers the day under other names now
    return [final.name for _, final in landed]


def _listed(connector: Files, day: date) -> list[FileItemDict]:
    folder, _, name = connector.url.format(date=day).rpartition("/")
    client = open_filesystem(connector, folder)
    client.invalidate_cache()
    found = [item for item in filesystem(folder, client, file_glob=name) if not str(item["file_name"]).startswith(".")]
    if not found:
        client.ls(_standing(connector.url))  # a listing takes a place that is not there for an empty one
    return found


def _standing(url: str) -> str:
    """The part of the address that is there before any day's files: the bucket, or the folder above the date."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return parts.netloc
    return PurePosixPath(parts.path.partition("{date")[0] + "_").parent.as_posix()
