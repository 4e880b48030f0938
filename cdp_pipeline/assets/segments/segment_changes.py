"""`segments.segment_changes`: who entered or left a segment since the day before, and which condition turned.

The conditions (`domain.segments.conditions`) are asked as of both days, of the profiles that turned alone.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlglot import exp

from cdp_pipeline.assets.segments.segment_queries import segment_queries
from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.assets.table import TableRun, stage_days
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.expressions import no_rows
from cdp_pipeline.domain.segment_reading import rule_reading
from cdp_pipeline.domain.segments import conditions, truths_select
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
TRUTHS = {"as_of_day": "date", "segment": "varchar", "profile_id": "varchar", "place": "bigint", "holds": "boolean"}
READ = ("segments.segment_members", "profile.profiles", "profile.timeline")


def reads(project: Project) -> frozenset[str]:
    """Members, and what their conditions ask."""
    return frozenset({*READ, *segment_vocabulary(project).tables})


def build(run: TableRun) -> None:
    """Compare each day's members with those of the day before."""
    session, project = run.session, run.project
    segments = {name: segment for name, segment in project.segments.items() if segment.query is None}
    readings = [
        (name, place, rule_reading(condition, "en"))
        for name, segment in segments.items()
        for place, condition in enumerate(conditions(segment))
    ]
    session.stage_rows("readings", {"segment": "varchar", "place": "bigint", "reading": "varchar"}, readings)
    truths = truths_select(project.segments, segment_vocabulary(project), segment_queries(project))

    def parts(day: date) -> Iterator[exp.Query]:
        """The day's rows, once those who turned and the truth of their conditions are staged."""
        session.stage("turned", QUERIES["turned"])
        # of a first day there is nothing to compare with
        has_before = session.rows(exp.select("count(*)").from_("turned").where("has_before"))[0][0]
        stage_days(session, (day - timedelta(days=1), day))
        session.stage("truths", truths if has_before else no_rows(TRUTHS))
        yield QUERIES["changes"]

    run.write_each_day(parts)
