"""`profile.timeline`: every touch of a person or of an unknown visitor, all channels.

A touch is its record's person's; one without a record is that of whom its device was then (`identity.device_map`),
or stays the unknown visitor's own. Of more touches than `scale.touches_at_once` the days that have changed are
made anew, so many touches at once; the others stay, and only touches that are somebody else's now are
pointed to them.
"""

from collections.abc import Iterator
from datetime import date

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, literal, no_rows, union_all, within
from cdp_pipeline.sql.files import named_beside, over

QUERIES = named_beside(__file__)
DAY, ANEW = "occurred_on", "made_anew"


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """All touches, attributed."""
    return _over("timeline", QUERIES["touches"])


def build(run: TableRun) -> None:
    """Make the timeline as a whole, or its changed days and the touches that changed hands."""
    at_once = run.project.deployment.scale.touches_at_once
    touches = run.session.rows(_over("number", QUERIES["touches"]))[0][0]
    if touches <= at_once:
        run.write(select(run.project, run.table.sidecar))
    else:
        _write_changes(run, at_once)


def _write_changes(run: TableRun, at_once: int) -> None:
    session = run.session
    types = run.table.sidecar.types
    stands = list(session.columns(run.table.full_name)) == list(types)
    session.stage("days_now", _over("days", QUERIES["touches"]))
    no_days = exp.select("*").from_("days_now").where(exp.false())
    session.stage("days_before", _over("days", QUERIES["standing"]) if stands else no_days)
    changed = session.rows(QUERIES["changed_days"])
    session.stage(ANEW, no_rows(types))
    for days in day_ranges(changed, at_once):
        session.append(
            ANEW, _over("timeline", exp.select("*").from_(QUERIES["touches"].subquery("touches")).where(_on(days)))
        )
    run.metadata["days made anew"] = len(changed)
    if not stands:
        run.write(exp.select("*").from_(ANEW))
        return
    anew = _on([day for day, _ in changed])
    others = exp.select("*").from_(QUERIES["standing"].subquery("standing")).where(exp.not_(anew))
    repointed = _over("timeline", others).where(
        "profile_id is distinct from held_by or attributed_by is distinct from held_as"
    )
    session.stage("repointed", repointed)
    run.metadata["touches that changed hands"] = session.rows(exp.select("count(*)").from_("repointed"))[0][0]
    moved = within(column("touch_id"), exp.select("touch_id").from_("repointed"))
    rows = [exp.select("*").from_(name) for name in (ANEW, "repointed")]
    run.write_rows(union_all(rows), exp.or_(anew.copy(), moved))


def _over(name: str, touches: exp.Query) -> exp.Select:
    """The named query over these touches."""
    return over(QUERIES[name], touches=touches)


def day_ranges(days: list[tuple[date | None, int]], at_once: int) -> Iterator[list[date | None]]:
    """Days in order, together as long as they have no more than so many touches."""
    together: list[date | None] = []
    size = 0
    for day, touches in days:
        if together and size + touches > at_once:
            yield together
            together, size = [], 0
        together.append(day)
        size += touches
    if together:
        yield together


def _on(days: list[date | None]) -> exp.Expr:
    """Whether a touch is of one of the days, or of none where that is among them."""
    listed = exp.In(this=column(DAY), expressions=[literal(day) for day in days if day is not None])
    inside = exp.and_(column(DAY).is_(exp.null()).not_(), listed) if listed.expressions else exp.false()
    return exp.or_(inside, column(DAY).is_(exp.null())) if None in days else inside
