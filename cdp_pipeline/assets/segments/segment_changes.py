"""`segments.segment_changes`: who entered or left a segment since the day before that was run, and why.

The conditions (`domain.segments.conditions`) are asked as of both days, of the profiles that turned alone.
"""

from collections.abc import Iterator
from datetime import date

from sqlglot import exp

from cdp_pipeline.assets.segments.segment_queries import segment_definitions, segment_queries
from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.assets.table import TableRun, stage_days, stage_parts
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.segment_reading import rule_reading
from cdp_pipeline.domain.segments import conditions, truths_select
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
SIZES = "segments.segment_sizes"
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

    types = {"segment": "varchar", "definition": "varchar"}
    session.stage_rows("definitions", types, sorted(segment_definitions(project).items()))

    def parts(day: date) -> Iterator[exp.Query]:
        """The day's rows, once those who turned and the truth of their conditions are staged."""
        session.stage("day_before", QUERIES["day_before"])
        before: date | None = session.rows(exp.select("day").from_("day_before"))[0][0]
        if before is None:
            yield QUERIES["first_day"]
            return
        session.stage("turned", QUERIES["turned"])
        # days of one run are made by the same definitions; those of an earlier one stand with its sizes
        is_kept = "definition" in session.columns(SIZES) and before not in run.days
        session.stage(
            "definitions_before", QUERIES["definitions_before"] if is_kept else exp.select("*").from_("definitions")
        )
        stage_days(session, (before, day))
        session.stage("truths", stage_parts(session, truths))
        yield QUERIES["changes"]

    run.write_each_day(parts)
