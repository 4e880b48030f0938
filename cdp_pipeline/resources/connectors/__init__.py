"""Connectors: fetching a table's day from where the data is, into the landing zone.

What belongs here: which days can be fetched, and one landed file (or some) a table and day, replaced
whole. dlt reads; `database`, `api` and `files` say what to read, `landed` keeps what was covered, and
`domain.windows` knows where a day begins. Nothing here is imported where no source has a connector.
"""

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
from cdp_pipeline.domain.windows import CursorKind, Window, window_of
from cdp_pipeline.resources.connectors import api, files
from cdp_pipeline.resources.connectors.database import Reader
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


def fetch(table: Table, day: date, newest: date, zone: ZoneInfo, landing: LandingZone, scratch: Path) -> Fetched | None:
    """Land a day of a table; None where that day has landed already, or can't be had any more.

    A window is fetched once: what changed since is of a later day. What knows no days (a whole table, files
    without a date) is that of the `newest` day only. `scratch` is an empty folder. Raises FetchFailed with
    the cause; what had landed before then stands as it was.
    """
    connector = table.extract.connector
    if connector is None or (day != newest and not connector.is_windowed):
        return None
    target = landing.path(table.extract.path.replace("{date}", day.isoformat()))
    try:
        if isinstance(connector, Files):
            return Fetched(tuple(files.fetch(connector, day, target, scratch)), None)
        if isinstance(connector, Database):
            cursor = table.columns.get(connector.cursor or "")
            reader = Reader(connector, ZoneInfo(cursor.timezone) if cursor and cursor.timezone else zone)
            window = _window(connector, reader.cursor_kind(), table, day, zone, landing) if connector.cursor else None
            if _has_landed(target, window):
                return None
            parts, names = _extracted(reader.rows(window), scratch), reader.names
        else:
            window = _window(connector, "time", table, day, zone, landing) if connector.is_windowed else None
            if _has_landed(target, window):
                return None
            names = []
            parts = _extracted(api.records(connector, window, names), scratch)
            _complete(names, table, parts)
        cursor_name = connector.cursor if isinstance(connector, Database) else None
        return Fetched((target.name,), land(parts, target, names, window, cursor_name, scratch))
    except MissingSecret as error:
        raise FetchFailed(str(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever a driver raises may hold secrets or values: only its kind is told
        raise FetchFailed(told(error, _secrets(connector))) from None


def _has_landed(target: Path, window: Window | None) -> bool:
    """Whether a file of the day covers a window of this kind."""
    landed = window_in(target) if window is not None and target.exists() else None
    return landed is not None and window is not None and landed.kind == window.kind


def _complete(names: list[str], table: Table, parts: list[Path]) -> None:
    """Add configured columns that no record of an API has; raises FetchFailed for one that is required."""
    missing = [name for name in table.columns if name not in names]
    needed = [name for name in missing if name in table.key or table.columns[name].required]
    if parts and needed:
        raise FetchFailed(f"no record has {needed}; correct the names of the columns, or connector.records")
    names.extend(missing)


def _window(
    connector: Database | Api, kind: CursorKind, table: Table, day: date, zone: ZoneInfo, landing: LandingZone
) -> Window:
    if connector.initial is not None and isinstance(connector.initial, int) != (kind == "number"):
        raise FetchFailed(f"connector.initial is '{connector.initial}', but the cursor counts in {kind}s; correct it")
    landed = landing.days(table.extract)

    def nearest(days: list[date]) -> Window | None:
        """The window of the first of these days that covers one of this kind."""
        windows = (window_in(landed[other][0]) for other in days)
        return next((window for window in windows if window is not None and window.kind == kind), None)

    before = nearest(sorted((other for other in landed if other < day), reverse=True))
    after = nearest(sorted(other for other in landed if other > day))
    return window_of(day, kind, zone, connector.initial, before, after)


def _extracted(rows: DltResource, scratch: Path) -> list[Path]:
    """Let dlt read all rows into Parquet files; texts stay texts, whatever they look like."""
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
                hidden = secret(str(value))
                password = hidden.partition("://")[2].rpartition("@")[0].partition(":")[2]
                yield from (hidden, *([password] if password else []))


def _leaves(content: object, key: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(content, dict):
        for inner, value in content.items():
            yield from _leaves(value, f"{key}.{inner}")
    else:
        yield key, content
