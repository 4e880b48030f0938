"""What each source delivers, column by column, as one SELECT over staging and a sample of raw.

What belongs here: the measures of a column and how they are compiled. What does not: where they are
shown (`reporting.dictionary`). No measure holds a value that identifies a person: patterns stand for
values, and least and greatest values are given of impersonal columns only.
"""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Source, Table
from cdp_pipeline.domain.expressions import column, literal, macro, named, null_as, table, text, union_all

SAMPLED_LINES = 2_000
SHOWN_PATTERNS = 3
MEASURES = ("filled", "distinct_values", "least", "greatest")


def audit_select(project: Project) -> exp.Query:
    """Columns as `quality.source_audit`."""
    audited = union_all([_audited(name, source, definition) for name, source, definition in project.tables()])
    return (
        exp.select("audited.*", "known.known_only_here")
        .with_("known", _known_only_here())
        .from_(audited.subquery("audited"))
        .join("known", using=["source", "source_table"], join_type="left")
    )


def _known_only_here() -> exp.Select:
    """By source table the share of its person records whose profile no other source knows."""
    alone = exp.If(this=exp.column("sources", "p").eq(literal(1)), true=literal(1.0), false=literal(0.0))
    return (
        exp.select("r.source", "r.source_table", named(exp.func("avg", alone), "known_only_here"))
        .from_("unified.person_records AS r")
        .join("identity.identity_map AS m", on="r.record_id = m.record_id")
        .join("profile.profiles AS p", on="m.profile_id = p.profile_id")
        .group_by("r.source", "r.source_table")
    )


def _audited(name: str, source: Source, definition: Table) -> exp.Select:
    plain = name.removeprefix(f"{source.source}__")
    patterns = _patterns(name, definition).subquery("patterns")
    return (
        exp.select(
            named(exp.select(exp.Max(this=column("day"))).from_("run_days").subquery(), "audited_on"),
            named(text(source.source), "source"),
            named(text(plain), "source_table"),
            column("column_name", "listed"),
            column("type", "listed"),
            column("privacy", "listed"),
            column("rows", "measured"),
            *(named(_of_column(definition, measure), measure) for measure in MEASURES),
            named(_share(_of_column(definition, "filled"), column("rows", "measured")), "filled_share"),
            column("patterns", "patterns"),
            named(column("last_delivered_on", "measured"), "last_delivered_on"),
        )
        .from_(_measured(name, definition).subquery("measured"))
        .join(_listed(definition), join_type="cross")
        .join(patterns, on="listed.column_name = patterns.column_name", join_type="left")
    )


def _share(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    return exp.Round(this=exp.Div(this=part, expression=exp.func("nullif", whole, literal(0))), decimals=literal(4))


def _listed(definition: Table) -> exp.Expr:
    rows = [(name, content.type, content.privacy_class) for name, content in definition.columns.items()]
    return exp.values(rows, alias="listed", columns=["column_name", "type", "privacy"])


def _measured(name: str, definition: Table) -> exp.Select:
    """One row: all measures of all columns in one pass."""
    query = exp.select(
        named(exp.func("count", exp.Star()), "rows"),
        named(exp.Max(this=column("_extract_date")), "last_delivered_on"),
    ).from_(table(f"staging.{name}"))
    for place, (part, content) in enumerate(definition.columns.items()):
        impersonal = content.privacy_class == "none"
        measures = {
            "filled": exp.func("count", column(part)),
            "distinct_values": exp.func(
                "least", exp.func("approx_count_distinct", column(part)), exp.func("count", column(part))
            ),
            "least": exp.cast(exp.Min(this=column(part)), "varchar") if impersonal else null_as("varchar"),
            "greatest": exp.cast(exp.Max(this=column(part)), "varchar") if impersonal else null_as("varchar"),
        }
        query = query.select(*(named(value, f"{measure}_{place}") for measure, value in measures.items()))
    return query


def _of_column(definition: Table, measure: str) -> exp.Case:
    return _by_column(
        definition, [column(f"{measure}_{place}", "measured") for place in range(len(definition.columns))]
    )


def _by_column(definition: Table, values: list[exp.Column]) -> exp.Case:
    branches = [exp.If(this=text(name), true=value) for name, value in zip(definition.columns, values, strict=True)]
    return exp.Case(this=column("column_name", "listed"), ifs=branches)


def _patterns(name: str, definition: Table) -> exp.Select:
    """For each column its most frequent patterns among the first lines of the newest extracts."""
    newest = exp.select(exp.Max(this=column("_extract_date"))).from_(table(f"raw.{name}"))
    sampled = (
        exp.select(*(column(part) for part in definition.columns))
        .from_(table(f"raw.{name}"))
        .where(
            exp.LTE(this=column("_line"), expression=literal(SAMPLED_LINES)),
            exp.EQ(this=column("_extract_date"), expression=newest.subquery()),
        )
    )
    values = _by_column(definition, [column(part, "sampled") for part in definition.columns])
    each = (
        exp.select(column("column_name", "listed"), named(macro("pattern_of", values), "pattern"))
        .from_(sampled.subquery("sampled"))
        .join(_listed(definition), join_type="cross")
    )
    counted = (
        exp.select("column_name", "pattern", named(exp.func("count", exp.Star()), "lines"))
        .from_(each.subquery("each"))
        .where(column("pattern").is_(exp.null()).not_())
        .group_by("column_name", "pattern")
        .qualify(
            exp.LTE(
                this=exp.Window(
                    this=exp.func("row_number"),
                    partition_by=[column("column_name")],
                    order=exp.Order(
                        expressions=[
                            exp.Ordered(this=column("lines"), desc=True),
                            exp.Ordered(this=column("pattern")),
                        ]
                    ),
                ),
                expression=literal(SHOWN_PATTERNS),
            )
        )
    )
    ordered = exp.Order(
        this=text("  "),
        expressions=[exp.Ordered(this=column("lines"), desc=True), exp.Ordered(this=column("pattern"))],
    )
    joined = exp.GroupConcat(this=column("pattern"), separator=ordered)
    return (
        exp.select("column_name", named(joined, "patterns")).from_(counted.subquery("counted")).group_by("column_name")
    )
