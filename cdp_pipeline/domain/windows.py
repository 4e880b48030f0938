"""Windows of incremental extraction: which part of a growing table is a day's.

What belongs here: where a day's window begins and ends, given those of the days around it. What does
not: reading through it (`resources.connectors`), and remembering it (the landed file does).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

CursorKind = Literal["time", "date", "number"]
Position = datetime | date | int


@dataclass(frozen=True)
class Window:
    """What a day takes: times and dates from `start` up to before `end`; numbers after `start` up to `end`.

    No `start`: from the beginning. No `end` (numbers only): to the last one there is.
    """

    kind: CursorKind
    start: Position | None
    end: Position | None


def window_of(
    day: date, kind: CursorKind, zone: ZoneInfo, initial: date | int | None, before: Window | None, after: Window | None
) -> Window:
    """The window of a day: from where the newest earlier day ended to the day's end, with no gap between.

    `initial` is the first moment, date or number that counts. `before` and `after` are the windows of the nearest days fetched earlier and later. Numbers know no
    days: a day takes what came since, and a day fetched again only what the next one left.
    """
    before = before if before is not None and before.kind == kind else None
    after = after if after is not None and after.kind == kind else None
    if kind == "number":
        first: Position | None = initial - 1 if isinstance(initial, int) else None
        end: Position | None = after.start if after else None
    else:
        begin = initial if isinstance(initial, date) else None
        first = _midnight(begin, kind, zone) if begin else None
        end = _midnight(day + timedelta(days=1), kind, zone)
    return Window(kind, before.end if before and before.end is not None else first, end)


def earlier(position: Position, overlap: int) -> Position:
    """So much before a position: seconds before a time, days before a date, or a smaller number."""
    if isinstance(position, datetime):
        return position - timedelta(seconds=overlap)
    if isinstance(position, date):
        return position - timedelta(days=overlap)
    return position - overlap


def _midnight(day: date, kind: CursorKind, zone: ZoneInfo) -> Position:
    return day if kind == "date" else datetime.combine(day, time(), zone).astimezone(UTC)
