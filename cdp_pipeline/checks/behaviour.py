"""What a table's day looks like beside its own history: the days before it, robustly.

A measure is put on a scale on which chance moves it alike whatever its size (Anscombe 1948: counts by the
square root, shares by the arcsine; levels and stocks by the logarithm, stocks as the change since the day
before). It is then compared with the median of the days before, of the same weekday once enough are known;
the very first day, which loads what there was, does not count. How far it may lie is what chance alone brings
and the median absolute deviation of those days (Rousseeuw and Croux 1993), with Student's t, whose degrees of
freedom follow from how much of the two was estimated (Welch 1947). Of the many measures of a day those are
unusual that the procedure of Benjamini and Hochberg (1995) keeps, and whose change matters.

What belongs here: what is unusual. What does not: what is measured (`domain.measures`, `measures.sql`).
"""

from collections.abc import Sequence
from datetime import date
from math import asin, exp, inf, isinf, sin, sqrt
from typing import Any, NamedTuple

from scipy import stats
from sqlglot import exp as sql

from cdp_pipeline.checks.suites import CheckResult
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.quality import Behaviour
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, literal, named, no_rows, text
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
MEASURES = "quality.measures"
OF_FILES = "delivered"
USUAL = Expectation(
    expectation="expect_a_usual_day",
    severity="warn",
    dimension="consistency",
    sentence="Counts, shares and levels of the day are as this table's own history lets expect.",
)
DELIVERED = Expectation(
    expectation="expect_a_file_on_its_usual_day",
    severity="warn",
    dimension="timeliness",
    sentence="A file came, where the days before let expect one.",
)
NORMAL_CONSISTENCY = 1.4826
"""Standard deviation of a normal distribution by its median absolute deviation."""
MEDIAN_VARIANCE = 1.5708
"""Variance of a median against that of a mean."""


class History(NamedTuple):
    """A measure of a day, where it lies on the scale of comparison, and what is known of the days before.

    `centre` and `deviation` are those days' median and median absolute deviation, `chance` the variance that
    chance alone brings; `value_before` is the newest of them.
    """

    measured_on: date
    column_name: str
    measure: str
    kind: str
    value: float
    size: int
    noise: float | None
    position: float | None
    centre: float
    deviation: float
    chance: float
    days: int
    value_before: float


class Judged(NamedTuple):
    """A measure of a day; how likely so strange a one is (`p`; None where too few days are known) on a usual day.

    `spread` is the standard deviation on the scale of comparison, `freedom` the degrees it is known with.
    """

    history: History
    p: float | None = None
    spread: float = 0.0
    freedom: float = inf


def observe(session: Session, rules: Behaviour, table: str, sidecar: Sidecar, measures: sql.Query) -> list[CheckResult]:
    """Keep the measures of the run's days in `quality.measures`, each with what was expected; what is unusual.

    Of a delivered table whether its files came is a check of its own.

    `measures` has the columns measured_on, column_name, measure, kind, value, size and noise
    (`domain.measures`); `sidecar` is that of `quality.measures`.
    """
    types = {name: content.type for name, content in sidecar.columns.items()}
    if not session.columns(MEASURES):
        session.replace_table(MEASURES, no_rows(types), unaudited)
    session.stage("measured", measures)
    session.stage("measured_table", sql.select(named(text(table), "table_name")))
    session.stage(
        "rules", sql.select(named(literal(rules.history_days), "history_days"), named(literal(rules.weeks), "weeks"))
    )
    judged = [_judge(History(*row), rules) for row in session.rows(QUERIES["histories"])]
    unusual = _unusual(judged, rules)
    rows = [_kept(table, one, place in unusual, rules) for place, one in enumerate(judged)]
    session.stage_rows("judged", types, rows)
    mine = sql.EQ(this=column("table_name"), expression=text(table))
    of_days = sql.In(this=column("measured_on"), query=sql.select("day").from_("run_days").subquery())
    session.replace_slice(MEASURES, sql.select("*").from_("judged"), sql.and_(mine, of_days), unaudited)
    names = list(types)
    found = [dict(zip(names, rows[place], strict=True)) for place in sorted(unusual)]
    of_files = [one for one in found if one["kind"] == OF_FILES]
    others = [one for one in found if one["kind"] != OF_FILES]
    usual = _result(USUAL, others, f"{len(rows):,} measures, all as usual")
    is_delivered = any(one.history.kind == OF_FILES for one in judged)
    return [usual, _result(DELIVERED, of_files, "as usual")] if is_delivered else [usual]


def _result(expectation: Expectation, unusual: Sequence[dict[str, Any]], otherwise: str) -> CheckResult:
    columns = dict.fromkeys(one["column_name"] for one in unusual if one["column_name"])
    observed = "; ".join(_sentence(one) for one in unusual) or otherwise
    return CheckResult(expectation, not unusual, observed, columns=tuple(columns))


def _judge(history: History, rules: Behaviour) -> Judged:
    if history.position is None or history.days < rules.fewest_days:
        return Judged(history)
    between = (NORMAL_CONSISTENCY * history.deviation) ** 2 * (1 + MEDIAN_VARIANCE / history.days)
    variance = history.chance + between
    if variance == 0:
        return Judged(history, 1.0 if history.position == history.centre else 0.0)
    freedom = (variance / between) ** 2 * (history.days - 1) if between else inf
    distance = abs(history.position - history.centre) / sqrt(variance)
    return Judged(history, float(2 * _distribution(freedom).sf(distance)), sqrt(variance), freedom)


def _distribution(freedom: float) -> Any:
    return stats.norm if isinf(freedom) else stats.t(freedom)


def _unusual(judged: Sequence[Judged], rules: Behaviour) -> set[int]:
    """Places of the measures that are unusual, day by day."""
    unusual: set[int] = set()
    for day in sorted({one.history.measured_on for one in judged}):
        places = [place for place, one in enumerate(judged) if one.history.measured_on == day and one.p is not None]
        if not places:
            continue
        adjusted = stats.false_discovery_control([judged[place].p for place in places])
        for place, p in zip(places, adjusted, strict=True):
            if p <= rules.false_discovery_rate and _matters(judged[place].history, rules):
                unusual.add(place)
    return unusual


def _matters(history: History, rules: Behaviour) -> bool:
    expected = _back(history, history.centre)
    if history.kind == OF_FILES:
        return history.value < expected
    unit = 1.0 if history.kind == "share" else max(abs(expected), 1.0)
    return abs(history.value - expected) >= rules.least_change * unit


def _back(history: History, place: float) -> float:
    """From the scale of comparison to the measure's own."""
    if history.kind == OF_FILES:
        return place
    if history.kind == "count":
        return max(0.0, (max(place, 0.0) / 2) ** 2 - 0.375)
    if history.kind == "share":
        angle = min(max(place, 0.0), asin(1.0))
        return min(max((sin(angle) ** 2 * (history.size + 0.75) - 0.375) / max(history.size, 1), 0.0), 1.0)
    before = 1 + history.value_before if history.kind == "stock" else 1.0
    return max(0.0, before * exp(place) - 1)


def _kept(table: str, one: Judged, is_unusual: bool, rules: Behaviour) -> tuple[Any, ...]:
    """The row of `quality.measures`."""
    history = one.history
    expected: tuple[float | None, ...] = (None, None, None)
    if one.p is not None:
        reach = float(_distribution(one.freedom).isf(rules.false_discovery_rate / 2)) * one.spread
        expected = tuple(_back(history, history.centre + part) for part in (0.0, -reach, reach))
    measured_on, *described = history[:7]
    return (measured_on, table, *described, *expected, history.days, is_unusual)


def _sentence(one: dict[str, Any]) -> str:
    what = f"{one['column_name']}: {one['measure']}" if one["column_name"] else one["measure"]
    return (
        f"{one['measured_on']} {what} {_short(one['value'])}, expected {_short(one['expected'])} "
        f"({_short(one['least'])} to {_short(one['greatest'])}, {one['days']} days)"
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 10 else f"{value:.3g}"
