"""Sequences of events: touches that further steps follow, or that the last step does not follow in time.

From the last step back to the first, each touch of a step learns the day of the next later touch that
fulfils the step after it; the earliest is the one to ask, as a window of days is kept by it if by any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from cdp_pipeline.config.segments import Step
from cdp_pipeline.domain.expressions import column, literal, named

DAY, WHO, AT, ON = "as_of_day", "profile_id", "occurred_at", "occurred_on"
LATER = exp.WindowSpec(
    kind="RANGE",
    start=exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MICROSECOND")),
    start_side="FOLLOWING",
    end="UNBOUNDED",
    end_side="FOLLOWING",
)


@dataclass(frozen=True)
class EventSequence:
    """Touches that fulfil `first`, and the steps that follow them; conditions on `timeline` and `run_days`."""

    first: exp.Expr
    steps: tuple[Step, ...]
    are_steps: tuple[exp.Expr, ...]


def followed(touches: exp.Select, asked: Sequence[EventSequence]) -> exp.Select:
    """`touches` (columns of `timeline`, and `as_of_day`) of any step, and of each sequence whether it begins there (`begins`).

    All sequences are told in one pass: their windows are of one order. A touch without a moment has no order.
    """
    kinds = {
        _is(place, step): kind
        for place, sequence in enumerate(asked)
        for step, kind in enumerate((sequence.first, *sequence.are_steps))
    }
    query = (
        touches.where("timeline.occurred_at is not null")
        .where(exp.or_(*(exp.Paren(this=kind.copy()) for kind in kinds.values())))
        .select(*(named(exp.func("coalesce", kind.copy(), exp.false()), name) for name, kind in kinds.items()))
    )
    for number in range(max(len(sequence.steps) for sequence in asked), 0, -1):
        steps = {place: s.steps[number - 1] for place, s in enumerate(asked) if len(s.steps) >= number}
        query = _before(query, number, steps)
    return query


def begins(place: int) -> str:
    """The column that tells whether the sequence of this place begins with a touch."""
    return _is(place, 0)


def _is(place: int, step: int) -> str:
    return f"is_{place}_{step}"


def _follows_on(place: int) -> str:
    return f"follows_{place}_on"


def _before(query: exp.Select, number: int, steps: Mapping[int, Step]) -> exp.Select:
    """The touches of the steps before, only those still that the steps of this number follow (or do not)."""
    known = exp.select("*", *(named(_next(_is(place, number)), _follows_on(place)) for place in steps))
    told = [name for place in steps for name in (_is(place, number - 1), _is(place, number), _follows_on(place))]
    return (
        exp.select(exp.Star(except_=[exp.to_identifier(name) for name in told]))
        .select(
            *(
                named(
                    exp.and_(column(_is(place, number - 1)), _in_time(step, _follows_on(place))), _is(place, number - 1)
                )
                for place, step in steps.items()
            )
        )
        .from_(known.from_(query.subquery(f"step_{number}")).subquery(f"known_{number}"))
    )


def _next(is_step: str) -> exp.Window:
    """The day of the next later touch that is of the step."""
    day_of_step = exp.If(this=column(is_step), true=column(ON))
    return exp.Window(
        this=exp.Min(this=exp.Case(ifs=[day_of_step])),
        partition_by=[column(DAY), column(WHO)],
        order=exp.Order(expressions=[exp.Ordered(this=column(AT))]),
        spec=LATER.copy(),
    )


def _in_time(step: Step, follows_on: str) -> exp.Expr:
    came = column(follows_on).is_(exp.null()).not_()
    if step.within_days is None:
        return came.not_() if step.negated else came
    last = exp.Add(this=column(ON), expression=literal(step.within_days))
    in_time = exp.and_(came, exp.LTE(this=column(follows_on), expression=last))
    if not step.negated:
        return in_time
    return exp.and_(exp.LTE(this=last.copy(), expression=column(DAY)), exp.Paren(this=in_time).not_())
