"""`cdp preview`: a segment as of a day, before anything is made of it: in words, in numbers and in SQL."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from sqlglot import exp

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.custom_metrics import columns_of
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.segments.segment_queries import naming_what_fails, segment_queries, vocabulary_faults
from cdp_pipeline.assets.segments.silent_names import silent_names
from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.config.base import ConfigError, load
from cdp_pipeline.config.project import Project, reference_faults, segment_cycles, with_references
from cdp_pipeline.config.segments import Segment
from cdp_pipeline.domain.expressions import sql_of
from cdp_pipeline.domain.segment_reading import LANGUAGES, reading
from cdp_pipeline.domain.segment_vocabulary import Vocabulary
from cdp_pipeline.domain.segments import members_select
from cdp_pipeline.reporting.tables import shown_table
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.warehouse import Session, WarehouseError, require
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
READ = ("metrics.profile_metrics", "profile.consent_state", "profile.timeline", "segments.segment_members")


def preview_segment(settings: Settings, project: Project, path: Path, as_of: date | None, console: Console) -> None:
    """Print the reading, the size, the overlaps and the SQL; raises ConfigError for what the file may not say."""
    segment = load(path, Segment)
    known = segment_vocabulary(project)
    project = _with_segment(project, segment, path, known)
    asked = [project.segments[name] for name in sorted(with_references({segment.id}, project.segments))]
    query = members_select(project.segments, known, segment_queries(project), only=segment.id)
    for language in LANGUAGES:
        console.print(f"[bold]{language}[/bold]")
        console.print(reading(segment, language), markup=False, highlight=False, soft_wrap=True)
        console.print()
    with warehouse_of(settings).session(read_only=True) as session:
        require(session, READ)
        newest: date | None = session.rows(QUERIES["newest"])[0][0]
        day = as_of or newest
        if day is None:
            raise WarehouseError("no day has metrics yet; let a run reach its end first (`cdp run`)")
        stage_run_days(session, (day,), project.deployment)
        with naming_what_fails(session, project, asked):
            session.stage("members", query)
        session.stage_rows("previewed", {"segment": "varchar"}, [(segment.id,)])
        _print_size(session, segment, day, console)
        for what in silent_names(session, segment):
            console.print(f"[yellow]{escape(what)}[/yellow]", highlight=False, soft_wrap=True)
        _print_rows(session, "overlaps", ("segment", "in both", "its members"), console)
        _print_rows(session, "reachable", ("channel", "purpose", "members with consent"), console)
    console.print(Syntax(sql_of(query), "sql", background_color="default", word_wrap=True))


def _with_segment(project: Project, segment: Segment, path: Path, known: Vocabulary) -> Project:
    """The project as if the file were among its segments."""
    queries = dict(project.segment_queries)
    if segment.query is not None and (path.parent / segment.query).exists():
        queries[segment.query] = (path.parent / segment.query).read_text(encoding="utf-8")
    columns = columns_of(load_catalogue(project).values())
    project = replace(project, segments={**project.segments, segment.id: segment}, segment_queries=queries)
    found = [*reference_faults(project, segment, path), *vocabulary_faults(project, segment, path, known, columns)]
    found = found or list(segment_cycles(project))
    if found:
        raise ConfigError("\n".join(found))
    return project


def _print_size(session: Session, segment: Segment, day: date, console: Console) -> None:
    members, profiles = session.rows(QUERIES["size"])[0]
    stands = session.rows(QUERIES["before"])[0][0]
    if not profiles:
        raise WarehouseError(f"no profile has metrics as of {day}; run that day first (`cdp run --date {day}`)")
    share = f"{members / profiles:.1%} of {profiles:,} profiles"
    console.print(f"[bold]{members:,} members[/bold] as of {day}: {share}", highlight=False)
    if stands:
        console.print(f"The segment '{segment.id}' that stands has {stands:,}.", highlight=False)
    expected = segment.expected_size
    if members < expected.min or (expected.max is not None and members > expected.max):
        limits = f"{expected.min} to {'any' if expected.max is None else expected.max}"
        console.print(f"[yellow]Expected are {limits}.[/yellow]", highlight=False)


def _print_rows(session: Session, name: str, header: tuple[str, ...], console: Console) -> None:
    query: exp.Query = QUERIES[name]
    rows = session.rows(query)
    if rows:
        console.print(shown_table(name, header, rows))
