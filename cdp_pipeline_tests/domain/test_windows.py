from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from cdp_pipeline.domain.windows import Window, earlier, window_of

ZONE = ZoneInfo("Europe/Paris")
FIRST = date(2026, 3, 1)
DAYS = st.lists(st.integers(0, 60), min_size=1, max_size=12).map(lambda ns: [FIRST + timedelta(days=n) for n in ns])


def fetched(days: list[date], kind: str = "time") -> dict[date, Window]:
    """The windows after fetching these days in this order, each again where it comes again."""
    known: dict[date, Window] = {}
    for day in days:
        before = max((other for other in known if other < day), default=None)
        after = min((other for other in known if other > day), default=None)
        known[day] = window_of(
            day, kind, ZONE, FIRST, known[before] if before else None, known[after] if after else None
        )
    return known


@given(DAYS)
def test_days_in_order_take_every_moment_once(days: list[date]) -> None:
    windows = [window for _, window in sorted(fetched(sorted(set(days))).items())]
    for one, next_one in pairwise(windows):
        assert one.end == next_one.start


@given(DAYS)
def test_in_any_order_no_moment_is_left_out(days: list[date]) -> None:
    windows = sorted(fetched(days).values(), key=lambda window: window.end)
    reached = windows[0].start
    for window in windows:
        assert window.start <= reached
        reached = window.end


@given(DAYS)
def test_a_day_fetched_again_has_the_same_window(days: list[date]) -> None:
    days = sorted(set(days))
    assert fetched(days) == fetched([*days, *days])


def test_a_day_ends_at_midnight_of_the_deployment_also_when_clocks_change() -> None:
    window = window_of(date(2026, 3, 29), "time", ZONE, FIRST, None, None)
    assert window == Window("time", datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))


def test_numbers_go_on_after_the_last_one_and_leave_the_next_day_its_own() -> None:
    before, after = Window("number", None, 10), Window("number", 20, 30)
    assert window_of(FIRST, "number", ZONE, None, before, None) == Window("number", 10, None)
    assert window_of(FIRST, "number", ZONE, None, before, after) == Window("number", 10, 20)
    first_to_count = window_of(FIRST, "number", ZONE, 5, None, None)
    assert first_to_count == Window("number", 4, None)


def test_a_cursor_of_another_kind_begins_anew() -> None:
    assert window_of(FIRST, "date", ZONE, None, Window("number", None, 10), None).start is None


def test_an_overlap_is_read_in_the_cursors_own_unit() -> None:
    assert earlier(datetime(2026, 3, 1, tzinfo=UTC), 60) == datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    assert earlier(date(2026, 3, 1), 1) == date(2026, 2, 28)
    assert earlier(100, 7) == 93
