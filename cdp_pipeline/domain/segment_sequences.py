"""Sequences of events: touches that further steps follow, or that the last step does not follow in time.

From the last step back to the first, each touch of a step learns the day of the next later touch that
fulfils the step after it; the earliest is the one to ask, as a window of days is kept by it if by any.
"""

from collections.abc import Sequence

from sqlglot import exp

from cdp_pipeline.config.segments import Step
from cdp_pipeline.domain.expressions import column, literal, named, table

DAY, WHO, AT, ON = "as_of_day", "profile_id", "occurred_at", "occurred_on"
LATER = exp.WindowSpec(
    kind="RANGE",
    start=exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MICROSECOND")),
    start_side="FOLLOWING",
    end="UNBOUNDED",
    end_side="FOLLOWING",
)


def followed(
    first: exp.Expr, steps: Sequence[Step], are_steps: Sequence[exp.Expr], asked: Sequence[exp.Expr]
) -> exp.Select:
    """The touches that fulfil `first` and that the steps follow: all columns of the timeline and `as_of_day`.

    `first` and `are_steps` are conditions on `timeline` and `run_days`, as are `asked`, which the touches of all
    steps fulfil. A touch without a moment has no order.
    """
    kinds = [first, *are_steps]
    query = (
        exp.select(named(column("day", "run_days"), DAY), "timeline.*")
        .from_(exp.alias_(table("profile.timeline"), "timeline", table=True))
        .join("run_days", on="timeline.occurred_on <= run_days.day")
        .where("timeline.profile_id is not null", "timeline.occurred_at is not null")
        .where(*asked)
        .where(exp.or_(*(exp.Paren(this=kind.copy()) for kind in kinds)))
        .select(*(named(exp.func("coalesce", kind.copy(), exp.false()), _is(n)) for n, kind in enumerate(kinds)))
    )
    for number in range(len(steps), 0, -1):
        query = _before(query, number, steps[number - 1])
    return exp.select("*").from_(query.subquery("sequences")).where(column(_is(0)))


def _is(step: int) -> str:
    return f"is_step_{step}"


def _before(query: exp.Select, number: int, step: Step) -> exp.Select:
    """The touches of the step before, only those still that this step follows (or does not)."""
    day_of_step = exp.If(this=column(_is(number)), true=column(ON))
    following = exp.Window(
        this=exp.Min(this=exp.Case(ifs=[day_of_step])),
        partition_by=[column(DAY), column(WHO)],
        order=exp.Order(expressions=[exp.Ordered(this=column(AT))]),
        spec=LATER.copy(),
    )
    known = exp.select("*", named(following, "follows_on")).from_(query.subquery(f"step_{number}"))
    kept = exp.and_(column(_is(number - 1)), _in_time(step))
    return (
        exp.select(exp.Star(except_=[exp.to_identifier(_is(number - 1)), exp.to_identifier("follows_on")]))
        .select(named(kept, _is(number - 1)))
        .from_(known.subquery(f"known_{number}"))
    )


def _in_time(step: Step) -> exp.Expr:
    came = column("follows_on").is_(exp.null()).not_()
    if step.within_days is None:
        return came.not_() if step.negated else came
    last = exp.Add(this=column(ON), expression=literal(step.within_days))
    in_time = exp.and_(came, exp.LTE(this=column("follows_on"), expression=last))
    if not step.negated:
        return in_time
    return exp.and_(exp.LTE(this=last.copy(), expression=column(DAY)), exp.Paren(this=in_time).not_())
