"""Connectors: fetching a table's day from where the data is, into the landing zone.

What belongs here: which days can be fetched, and one landed file (or some) a table and day, replaced
whole. dlt reads; `database`, `api` and `files` say what to read, `landed` keeps what was covered, and
`domain.windows` knows where a day begins. Nothing here is imported where no source has a connector.
"""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import dlt
from dlt.common.schema import Schema
from dlt.destinations import filesystem
from dlt.extract import DltResource

from cdp_pipeline.config.connectors import Api, Connector, Database, Files
from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.windows import Window, window_of
from cdp_pipeline.resources.connectors import api, database, files
from cdp_pipeline.resources.connectors.failures import FetchFailed, told
from cdp_pipeline.resources.connectors.landed import land, window_in
from cdp_pipeline.resources.landing import LandingZone
from cdp_pipeline.settings import MissingSecret, secret

NAME = "extracted"


@dataclass(frozen=True)
class Fetched:
    """What was landed of a table for a day: the files, and their rows where they are known."""

    files: tuple[str, ...]
    rows: int | None


def fetch(table: Table, day: date, newest: date, zone: ZoneInfo, landing: LandingZone) -> Fetched | None:
    """Land a day of a table; None where that day can't be had any more.

    What knows no days (a whole table, files without a date) is that of the `newest` day only. Raises
    FetchFailed with the cause; what had landed before then stands as it was.
    """
    connector = table.extract.connector
    if connector is None or (day != newest and not connector.is_windowed):
        return None
    target = landing.path(table.extract.path.replace("{date}", day.isoformat()))
    with tempfile.TemporaryDirectory(prefix="cdp_") as folder:
        scratch = Path(folder)
        try:
            if isinstance(connector, Files):
                return Fetched(tuple(files.fetch(connector, day, target, scratch)), None)
            window = _window(connector, table, day, zone, landing)
            seen: dict[str, None] = {}
            rows = (
                database.rows(connector, window, zone)
                if isinstance(connector, Database)
                else api.records(connector, window, seen)
            )
            parts = _extracted(rows, scratch)
            cursor = connector.cursor if isinstance(connector, Database) else None
            columns = seen if parts else table.columns
            return Fetched((target.name,), land(parts, target, columns, window, cursor, scratch))
        except MissingSecret as error:
            raise FetchFailed(str(error)) from None
        except Exception as error:  # noqa: BLE001 - whatever a driver raises may hold secrets or values: only its kind is told
            raise FetchFailed(told(error, _secrets(connector))) from None


def _window(connector: Database | Api, table: Table, day: date, zone: ZoneInfo, landing: LandingZone) -> Window | None:
    if not connector.is_windowed:
        return None
    kind = database.cursor_kind(connector) if isinstance(connector, Database) else "time"
    landed = {other: window_in(paths[0]) for other, paths in landing.days(table.extract).items()}
    covered = {other: window for other, window in landed.items() if window is not None and window.kind == kind}
    before = max((other for other in covered if other < day), default=None)
    after = min((other for other in covered if other > day), default=None)
    return window_of(
        day,
        kind,
        zone,
        connector.initial,
        covered[before] if before else None,
        covered[after] if after else None,
    )


def _extracted(rows: DltResource, scratch: Path) -> list[Path]:
    """Let dlt read all rows into Parquet files; names of columns stay as they are, texts stay texts."""
    schema = Schema(NAME, normalizers={"names": "direct", "json": {"module": "dlt.common.normalizers.json.relational"}})
    schema.remove_type_detection("iso_timestamp")
    bucket = scratch / "bucket"
    pipeline = dlt.pipeline(
        NAME,
        pipelines_dir=str(scratch / "pipelines"),
        destination=filesystem(
            bucket_url=bucket.as_uri(),
            layout="{table_name}.{load_id}.{file_id}.{ext}",
            warn_unsafe_layout_separators=False,
        ),
        dataset_name=NAME,
    )
    pipeline.run(rows, table_name=NAME, schema=schema, loader_file_format="parquet")
    return sorted(bucket.glob(f"{NAME}/{NAME}.*.parquet"))


def _secrets(connector: Connector) -> Iterator[str]:
    """The values of a connector's secrets, so that no message repeats them."""
    for key, value in _leaves(connector.model_dump()):
        if "secret" in key:
            with suppress(MissingSecret):
                yield secret(str(value))


def _leaves(content: object, key: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(content, dict):
        for inner, value in content.items():
            yield from _leaves(value, f"{key}.{inner}")
    else:
        yield key, content
