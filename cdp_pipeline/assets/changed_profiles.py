"""Writing a table of profiles by what has changed: rows of the other profiles stay as they are.

A table that its sidecar calls `incremental` has rows of single profiles, made of rows of these profiles and
of nobody else's. So its query over the rows of the changed profiles alone gives their new rows
(`profile.profile_changes` says which they are). What belongs here: narrowing a query to them, and knowing
from which state a table was made. What does not: what makes a profile change.

`profile.profile_builds` (table_name, state, rules, as_of) says for each such table from which state, by which
rules (its own, and those of the tables that it reads) and as of which day it stands. It is made anew as a whole
where rules or columns changed, an earlier day is run, many profiles changed, or it does not stand by the state
before: one was missed, or somebody asks for the table again.
"""

from collections.abc import Callable
from hashlib import sha256

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.expressions import column, literal, named, sql_of, table, text, within
from cdp_pipeline.resources.duckdb_warehouse import MACROS
from cdp_pipeline.resources.warehouse import Session, unaudited
from cdp_pipeline.sql.files import named_beside, over

QUERIES = named_beside(__file__)
CHANGES = "profile.profile_changes"
BUILDS = "profile.profile_builds"
LARGEST_CHANGE = 0.2
"""Share of changed profiles above which making everything anew costs less."""
PROFILE, RECORD = "profile_id", "record_id"
AGED = {
    **{
        name: over(QUERIES["aged"], states=exp.select("*").from_(table(f"profile.{name}")))
        for name in ("consent_state", "contact_point_consent")
    },
    "profiles": QUERIES["other_preferences"],
}
"""Profiles whose rows change by time alone, by table."""
CHANGED = {PROFILE: exp.select(PROFILE).from_("changed_profiles"), RECORD: exp.select(RECORD).from_("changed_records")}


def write_profiles(run: TableRun, query: exp.Expr, whole: Callable[[], exp.Expr] | None = None) -> None:
    """Write the rows of the changed profiles, or all; `whole` gives all rows where `query` would need too much memory."""
    session, name = run.session, run.table.full_name
    own = sha256(f"{sql_of(query)} {MACROS.read_text(encoding='utf-8')}".encode()).hexdigest()
    is_first = not session.columns(BUILDS)
    rules = sha256("".join([own, *_rules_of(run, is_first)]).encode()).hexdigest()
    build = exp.select(
        named(text(name), "table_name"),
        named(exp.select("coalesce(max(state), 0)").from_(table(CHANGES)).subquery(), "state"),
        named(text(rules), "rules"),
        named(literal(run.as_of), "as_of"),
    )
    session.stage("build", build)
    mine = exp.EQ(this=column("table_name"), expression=text(name))

    def note() -> None:
        """Say from what the table stands."""
        if is_first:
            session.replace_table(BUILDS, exp.select("*").from_("build"), unaudited)
        else:
            session.replace_slice(BUILDS, exp.select("*").from_("build"), mine, unaudited)

    changed = None if is_first else _stage_changed(run)
    if changed is not None:
        run.metadata["made anew"] = f"{changed:,} changed profiles"
        run.write_rows(_of_changed(session, query), within(column(PROFILE), CHANGED[PROFILE]), also=note)
    else:
        run.metadata["made anew"] = "all profiles"
        run.write(whole() if whole else query, also=note)


def _rules_of(run: TableRun, is_first: bool) -> list[str]:
    """Rules by which the incremental tables stand that this one reads: another golden value changes what is made of it."""
    if is_first:
        return []
    builds = exp.select("table_name", "rules").from_(table(BUILDS)).order_by("table_name")
    return [str(rules) for name, rules in run.session.rows(builds) if name in run.table.reads]


def _stage_changed(run: TableRun) -> int | None:
    """`changed_profiles` and `changed_records`; the number of the former, None where all are to be made anew."""
    session = run.session
    stands = list(session.columns(run.table.full_name)) == list(run.table.sidecar.columns)
    if not stands or not session.rows(QUERIES["follows"])[0][0]:
        return None
    session.stage("changed_profiles", QUERIES["changed_profiles"])
    if run.table.name in AGED:
        session.append("changed_profiles", AGED[run.table.name])
    changed, profiles = session.rows(QUERIES["size_of_change"])[0]
    session.stage("changed_records", QUERIES["changed_records"])
    return int(changed) if changed <= LARGEST_CHANGE * profiles else None


def _of_changed(session: Session, query: exp.Expr) -> exp.Expr:
    """The query over rows of the changed profiles, and over their records' rows where a table has no profiles."""
    narrowed = query.copy()
    for found in [read for read in narrowed.find_all(exp.Table) if read.db]:
        columns = session.columns(f"{found.db}.{found.name}")
        key = next((key for key in CHANGED if key in columns), None)
        if key is not None:
            rows = exp.select("*").from_(table(f"{found.db}.{found.name}")).where(within(column(key), CHANGED[key]))
            found.replace(rows.subquery(found.alias_or_name))
    return narrowed
