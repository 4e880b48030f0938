"""What a table's day looks like beside its own history: the days before it, robustly.

A measure is put on a scale on which chance moves it alike whatever its size (Anscombe 1948: counts by the
square root, shares by the arcsine; levels and stocks by the logarithm, stocks as the change since the day
before). It is then compared with the median of the days before, of the same weekday once enough are known;
until then a place that two of these days went beyond is never strange. The very first day, which loads what there was,
does not count. How far it may lie is what chance alone brings and the Qn estimate of those days' spread
(Rousseeuw and Croux 1993), with Student's t, whose degrees of freedom follow from how much of the two was
estimated (Welch 1947). Of the many measures of a day those are unusual that the procedure of Benjamini and
Hochberg (1995) keeps, and whose change matters.

What belongs here: what is unusual. What does not: what is measured (`domain.measures`, `measures.sql`).
"""

from collections.abc import Sequence
from datetime import date
from math import asin, copysign, exp, inf, isinf, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
from sqlglot import exp as sql

from cdp_pipeline.checks.suites import CheckResult
from cdp_pipeline.config.expectations import Expectation
from cdp_pipeline.config.quality import Behaviour
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, literal, named, no_rows, text
from cdp_pipeline.domain.measures import MEDIAN_VARIANCE
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
QN_CONSISTENCY, QN_EFFICIENCY = 2.2219, 0.82
QN_OF_FEW = {2: 0.399, 3: 0.994, 4: 0.512, 5: 0.844, 6: 0.611, 7: 0.857, 8: 0.669, 9: 0.872}
"""Factors that make Qn unbiased for few values (Croux and Rousseeuw 1992)."""
MEAN_DEVIATION_CONSISTENCY = 1.2533
"""Standard deviation of a normal distribution by its mean absolute deviation."""
LIKELY = 2.0
"""Standard deviations of chance within which a place is as good as seen."""
SEEN_TWICE = 2
"""Days of one weekday after which a missing file of that weekday is told."""


class History(NamedTuple):
    """A measure of a day, where it lies on the scale of comparison, and the places of the days before.

    `chance` is the variance of the place that chance alone brings; `value_before` the value of the day before.
    """

    measured_on: date
    column_name: str
    measure: str
    kind: str
    value: float
    size: int
    noise: float | None
    value_before: float | None
    place: float | None
    chance: float
    weekday: int
    places: list[float] | None
    weekdays: list[int] | None


class Judged(NamedTuple):
    """A measure of a day with what was expected, on the scale of comparison.

    `p` is how likely so strange a place is on a usual day (None where too few days are known), `spread` the
    standard deviation, `freedom` the degrees it is known with, `days` the days that it was compared with.
    """

    history: History
    days: int
    p: float | None = None
    centre: float = 0.0
    spread: float = 0.0
    freedom: float = inf


def observe(
    session: Session, rules: Behaviour, table: str, sidecar: Sidecar, measures: sql.Query, *, of_files: bool = False
) -> list[CheckResult]:
    """Keep the measures of the days that they are of in `quality.measures`, each with what was expected.

    `measures` has the columns measured_on, column_name, measure, kind, value, size and noise
    (`domain.measures`); `sidecar` is that of `quality.measures`. Returns what is unusual, and, `of_files`,
    whether files came, as a check of its own.
    """
    types = sidecar.types
    if not session.columns(MEASURES):
        session.replace_table(MEASURES, no_rows(types), unaudited)
    session.stage("measured", measures)
    session.stage("measured_table", sql.select(named(text(table), "table_name")))
    session.append("measured", QUERIES["vanished"])
    session.stage("rules", sql.select(named(literal(rules.history_days), "history_days")))
    judged = [_judge(History(*row), rules) for row in session.rows(QUERIES["histories"])]
    unusual = _unusual(judged, rules)
    rows = [_kept(table, one, place in unusual, rules) for place, one in enumerate(judged)]
    session.stage_rows("judged", types, rows)
    mine = sql.EQ(this=column("table_name"), expression=text(table))
    of_days = sql.In(this=column("measured_on"), query=sql.select("measured_on").from_("measured").subquery())
    session.replace_slice(MEASURES, sql.select("*").from_("judged"), sql.and_(mine, of_days), unaudited)
    found = [dict(zip(types, rows[place], strict=True)) for place in sorted(unusual)]
    missing = [one for one in found if one["kind"] == OF_FILES]
    others = [one for one in found if one["kind"] != OF_FILES]
    usual = _result(USUAL, others, f"{len(rows):,} measures, none unusual")
    return [usual, _result(DELIVERED, missing, "as usual")] if of_files else [usual]


def _result(expectation: Expectation, unusual: Sequence[dict[str, Any]], otherwise: str) -> CheckResult:
    columns = dict.fromkeys(one["column_name"] for one in unusual if one["column_name"])
    observed = "; ".join(_sentence(one) for one in unusual) or otherwise
    return CheckResult(expectation, not unusual, observed, columns=tuple(columns))


def _judge(history: History, rules: Behaviour) -> Judged:
    places, weekdays = np.array(history.places or []), np.array(history.weekdays or [])
    days = len(places)
    if history.place is None or days < rules.fewest_days:
        return Judged(history, days)
    alike = weekdays == history.weekday
    if history.kind == OF_FILES:
        is_due = bool(places.all()) or bool(alike.sum() >= SEEN_TWICE and places[alike].all())
        return Judged(history, days, 0.0 if is_due and not history.place else 1.0, float(is_due))
    by_weekday = alike.sum() >= rules.weeks
    if by_weekday:
        centres = {day: np.median(places[weekdays == day]) for day in set(weekdays.tolist())}
        rest = places - np.array([centres[day] for day in weekdays.tolist()])
        centre, behind, lost = float(centres[history.weekday]), int(alike.sum()), len(centres)
    else:
        centre, behind, lost = float(np.median(places)), days, 1
        rest = places - centre
    between = robust_spread(rest) ** 2 * days / (days - lost) * (1 + MEDIAN_VARIANCE / behind)
    variance = history.chance + between
    within = np.sort(places)[1:-1]
    likely = LIKELY * sqrt(history.chance)
    was_seen = not by_weekday and within[0] - likely <= history.place <= within[-1] + likely
    if variance == 0 or was_seen:
        return Judged(history, days, 1.0 if was_seen or history.place == centre else 0.0, centre, sqrt(variance))
    freedom = (variance / between) ** 2 * QN_EFFICIENCY * (days - lost) if between else inf
    distance = abs(history.place - centre) / sqrt(variance)
    return Judged(history, days, float(2 * _distribution(freedom).sf(distance)), centre, sqrt(variance), freedom)


def robust_spread(values: np.ndarray[Any, Any]) -> float:
    """Qn, an estimate of the standard deviation that half of the values may be outliers of (Rousseeuw and Croux 1993).

    Where most values are the same it is zero: the mean absolute deviation takes its place.
    """
    count = len(values)
    differences = np.sort(np.abs(values[:, None] - values)[np.triu_indices(count, 1)])
    half = count // 2 + 1
    few = QN_OF_FEW.get(count, count / (count + (1.4 if count % 2 else 3.8)))
    spread = QN_CONSISTENCY * few * float(differences[half * (half - 1) // 2 - 1])
    return spread or MEAN_DEVIATION_CONSISTENCY * float(np.abs(values - np.median(values)).mean())


def _distribution(freedom: float) -> Any:
    from scipy import stats  # takes a second to import

    return stats.norm if isinf(freedom) else stats.t(freedom)


def _unusual(judged: Sequence[Judged], rules: Behaviour) -> set[int]:
    """Places of the measures that are unusual, day by day."""
    from scipy.stats import false_discovery_control  # takes a second to import

    unusual: set[int] = set()
    for day in sorted({one.history.measured_on for one in judged}):
        places = [place for place, one in enumerate(judged) if one.history.measured_on == day and one.p is not None]
        if not places:
            continue
        adjusted = false_discovery_control([judged[place].p for place in places])
        for place, p in zip(places, adjusted, strict=True):
            if p <= rules.false_discovery_rate and _matters(judged[place], rules):
                unusual.add(place)
    return unusual


def _matters(one: Judged, rules: Behaviour) -> bool:
    kind, value = one.history.kind, one.history.value
    if kind == OF_FILES:
        return True
    expected = _back(one.history, one.centre)
    unit = 1.0 if kind == "share" else max(abs(expected), 1.0)
    return abs(value - expected) >= rules.least_change * unit


def _back(history: History, place: float) -> float:
    """From the scale of comparison to the measure's own."""
    if history.kind == OF_FILES:
        return place
    if history.kind == "count":
        return max(0.0, (max(place, 0.0) / 2) ** 2 - 0.375)
    if history.kind == "share":
        angle = min(max(place, 0.0), asin(1.0))
        return min(max((sin(angle) ** 2 * (history.size + 0.75) - 0.375) / max(history.size, 1), 0.0), 1.0)
    if history.kind == "stock":
        return max(0.0, (1 + (history.value_before or 0.0)) * _exp(place) - 1)
    return copysign(_exp(abs(place)) - 1, place)


def _exp(place: float) -> float:
    """The exponential function, without overflow where hardly anything is known."""
    return exp(min(place, 700.0))


def _kept(table: str, one: Judged, is_unusual: bool, rules: Behaviour) -> tuple[Any, ...]:
    """The row of `quality.measures`."""
    history = one.history
    expected: tuple[float | None, ...] = (None, None, None)
    if one.p is not None:
        reach = float(_distribution(one.freedom).isf(rules.false_discovery_rate / 2)) * one.spread
        expected = tuple(_back(history, one.centre + part) for part in (0.0, -reach, reach))
    measured_on, *described = history[:7]
    return (measured_on, table, *described, *expected, one.days, is_unusual)


def _sentence(one: dict[str, Any]) -> str:
    what = f"{one['column_name']}: {one['measure']}" if one["column_name"] else one["measure"]
    return (
        f"{one['measured_on']} {what} {short(one['value'])}, expected {short(one['expected'])} "
        f"({short(one['least'])} to {short(one['greatest'])}, {one['days']} days)"
    )


def short(value: float) -> str:
    """A measure for a reader: whole numbers as they are, others to three digits."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3g}"
