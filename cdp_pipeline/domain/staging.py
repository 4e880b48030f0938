"""From a table's configuration to the SELECT that types its raw lines.

What belongs here: which lines are refused, which row is current, and that every line is accounted for.
What does not: the typed expression of each column type (`domain.column_types`), mapping to unified
tables (`domain.mapping`).
"""

from sqlglot import exp

from cdp_pipeline.config.deployment import Deployment
from cdp_pipeline.config.sidecar import Sidecar, SidecarColumn
from cdp_pipeline.config.sources import LINE_COLUMNS, Column, Table
from cdp_pipeline.domain.column_types import SQL_TYPES, value_of, with_parsed_values
from cdp_pipeline.domain.expressions import column, macro, named, null_as, table, text, union_all

UNTYPED = {"text"}
TYPED = "typed"
"""Under this name a step keeps the lines of `typed_select` for itself."""
UNREADABLE, MISSING, PLACEHOLDER = "unreadable_line", "missing_required_value", "placeholder_value"
LINE_DESCRIPTIONS = {
    "_extract_date": SidecarColumn(type="DATE", description="Day of the extract"),
    "_file": SidecarColumn(type="VARCHAR", description="File below data/landing/"),
    "_line": SidecarColumn(type="BIGINT", description="Line in the file, from 1"),
}
REJECT_DESCRIPTIONS = {
    "_reject_reason": SidecarColumn(type="VARCHAR", description="Why the line can't be read; null where it can"),
    "_reject_text": SidecarColumn(
        type="VARCHAR",
        description="The line as delivered, where it can't be read",
        privacy="direct_identifier",
    ),
}


ROW = "_row"
ROW_DESCRIPTION = {ROW: SidecarColumn(type="VARCHAR", description="Digest of the row as delivered, which has no key")}


def staging_sidecar(name: str, definition: Table) -> Sidecar:
    """Columns of `staging.<name>`, described from the source's configuration."""
    described = {
        column_name: SidecarColumn(
            type=SQL_TYPES.get(content.type, "VARCHAR"),
            description=content.description or f"{column_name} ({content.type})",
            privacy=content.privacy_class,
        )
        for column_name, content in definition.columns.items()
    }
    return Sidecar(
        description=definition.description or f"{name}, typed and standardised",
        grain="one event" if definition.is_event else f"current state of one {', '.join(definition.key)}",
        key=definition.key,
        partition="_extract_date" if definition.is_event else None,
        columns={**described, **({} if definition.key else ROW_DESCRIPTION), **LINE_DESCRIPTIONS},
    )


def typed_select(name: str, definition: Table, deployment: Deployment) -> exp.Select:
    """Readable lines of `raw.<name>`, of the days in `typed_days`, typed.

    Columns: the configured ones, `_row` where they have no key, `<column>__fault` (a reason code, or null)
    for each that can be at fault, `_extract_date`, `_file`, `_line`, and `_refused`, whether a fault keeps
    the line out.
    """
    typed = exp.select(
        *(named(value_of(part, definition, deployment), part) for part in definition.columns),
        *(named(column(part), f"{part}__delivered") for part, _ in _checks(definition)),
        *([] if definition.key else [named(_digest(definition), ROW)]),
        *(column(part) for part in LINE_COLUMNS),
    ).from_(table(f"raw.{name}"))
    typed = typed.where(column("_reject_reason").is_(exp.null()), _of_days("typed_days"))
    typed = with_parsed_values(typed, definition, deployment)
    faults = [(part, _fault(part, content, definition)) for part, content in _checks(definition)]
    judged = exp.select(
        *(column(part) for part in _staged(definition)),
        *(named(fault, f"{part}__fault") for part, fault in faults),
        *(column(part) for part in LINE_COLUMNS),
    ).from_(typed.subquery("typed"))
    refusing = [
        exp.NEQ(this=exp.func("coalesce", column(f"{part}__fault"), text(PLACEHOLDER)), expression=text(PLACEHOLDER))
        for part, content in _checks(definition)
        if content.refuses_row or part in definition.key
    ]
    return exp.select(exp.Star(), named(exp.or_(exp.false(), *refusing), "_refused")).from_(judged.subquery("judged"))


def staging_select(name: str, definition: Table, *, known_before: bool) -> exp.Select:
    """Rows of the table from the lines of `typed_select`, of the days in `accepted_days`.

    Of a state, the newest line of each key, unless its operation is a deletion. Of events, each key
    once: on the first day that delivers it (`known_before`: the table holds earlier days), and of that
    day its last line.
    """
    chosen = exp.select(*(column(part) for part in (*_staged(definition), *LINE_COLUMNS))).from_(TYPED)
    chosen = chosen.where(column("_refused").not_(), _of_days("accepted_days"))
    key = [column(part) for part in row_key(definition)]
    first_day = exp.Ordered(this=column("_extract_date"), desc=not definition.is_event)
    order = [first_day, *(exp.Ordered(this=column(part), desc=True) for part in ("_file", "_line"))]
    place = exp.Window(this=exp.func("row_number"), partition_by=key, order=exp.Order(expressions=order))
    kept: list[exp.Expr] = [exp.EQ(this=place, expression=exp.convert(1))]
    if definition.extract.operation is not None:
        kept.append(_is_deletion(definition).not_())
    if known_before:
        chosen = chosen.where(_in_earlier_days(name, definition).not_())
    return chosen.qualify(exp.and_(*kept))


def row_key(definition: Table) -> tuple[str, ...]:
    """The key's columns; of events without a key the digest of the whole row."""
    return definition.key or (ROW,)


def _staged(definition: Table) -> tuple[str, ...]:
    return (*definition.columns, *(() if definition.key else (ROW,)))


def _digest(definition: Table) -> exp.Expr:
    """Digest of the cells as delivered: rows that only differ in a value that could not be taken are two."""
    cells = exp.Array(expressions=[column(part) for part in definition.columns])
    return exp.func("md5", exp.cast(exp.func("to_json", cells), "varchar", dialect="duckdb"))


def _is_deletion(definition: Table) -> exp.Expr:
    operation = definition.extract.operation
    assert operation is not None
    values = [text(value.lower()) for value in operation.delete]
    return exp.func("coalesce", exp.In(this=exp.Lower(this=column(operation.column)), expressions=values), exp.false())


def _in_earlier_days(name: str, definition: Table) -> exp.Expr:
    """Whether the table holds the row's key on a day before all of the run's."""
    earlier = exp.alias_(table(f"staging.{name}"), "earlier", table=True)
    first = exp.select(exp.Min(this=column("day"))).from_("run_days").subquery()
    same = [
        exp.NullSafeEQ(this=column(part, "earlier"), expression=column(part, TYPED)) for part in row_key(definition)
    ]
    before = exp.LT(this=column("_extract_date", "earlier"), expression=first)
    return exp.Exists(this=exp.select("1").from_(earlier).where(before, *same))


def shares_select(name: str) -> exp.Select:
    """By day of `typed_days`: lines delivered, and lines that can't be read."""
    return (
        exp.select(
            column("_extract_date"),
            exp.func("count", exp.Star()),
            exp.func("count_if", column("_reject_reason").is_(exp.null()).not_()),
        )
        .from_(table(f"raw.{name}"))
        .where(_of_days("typed_days"))
        .group_by(column("_extract_date"))
    )


def refused_select() -> exp.Select:
    """By day: how many of the typed lines are refused."""
    day = column("_extract_date")
    return exp.select(day, exp.func("count_if", column("_refused"))).from_(TYPED).group_by(day)


def accounts_select(name: str, definition: Table, *, repeats: bool) -> exp.Query:
    """By file of `accounted_days`: lines delivered, unreadable, refused, loaded, and (with `repeats`) repeated.

    A repeated line is one that is not loaded because another line of its key is (or, of a state, was
    the deletion of its key). The five come from three tables, so that they can disagree.
    """
    raw = exp.select(
        column("_file"),
        named(exp.func("count", exp.Star()), "delivered"),
        named(exp.func("count_if", column("_reject_reason").is_(exp.null()).not_()), "unreadable"),
    ).from_(table(f"raw.{name}"))
    typed = exp.select(column("_file"), named(exp.func("count_if", column("_refused")), "refused")).from_(TYPED)
    loaded = exp.select(column("_file"), named(exp.func("count", exp.Star()), "loaded")).from_(table(f"staging.{name}"))
    mine = exp.alias_(table(f"staging.{name}"), "mine", table=True)
    same_line = [exp.EQ(this=column(part, "mine"), expression=column(part, TYPED)) for part in LINE_COLUMNS]
    own = exp.Exists(this=exp.select("1").from_(mine.copy()).where(*same_line))
    same_key = [
        exp.NullSafeEQ(this=column(part, "mine"), expression=column(part, TYPED)) for part in row_key(definition)
    ]
    other: exp.Expr = exp.Exists(this=exp.select("1").from_(mine.copy()).where(*same_key))
    if definition.extract.operation is not None:
        gone = exp.alias_(exp.to_table(TYPED), "gone", table=True)
        same_gone = [
            exp.NullSafeEQ(this=column(part, "gone"), expression=column(part, TYPED)) for part in row_key(definition)
        ]
        deleted = exp.select("1").from_(gone).where(*same_gone, _is_deletion(definition))
        other = exp.or_(other, exp.Exists(this=deleted))
    repeated = exp.select(column("_file"), named(exp.func("count", exp.Star()), "repeated")).from_(TYPED)
    repeated = repeated.where(column("_refused").not_(), own.not_(), other)
    query = exp.select("raw._file", "delivered", "unreadable").from_(_of_accounted_days(raw).subquery("raw"))
    for part, alias in ((typed, "refused"), (loaded, "loaded"), (repeated, "repeated"))[: 3 if repeats else 2]:
        query = query.join(_of_accounted_days(part).subquery(f"of_{alias}"), using="_file", join_type="left")
        query = query.select(exp.func("coalesce", column(alias), exp.convert(0)))
    return query


def _of_accounted_days(select: exp.Select) -> exp.Select:
    return select.where(_of_days("accounted_days")).group_by(column("_file"))


def quarantine_select(name: str, source: str, table_name: str, definition: Table) -> exp.Query:
    """Lines of the run's days that were refused, and values that were set to null, each with its reason.

    From the lines of `typed_select` and, for the few at fault, what `raw.<name>` holds of them.
    """
    place = [column(part, "delivered") for part in LINE_COLUMNS]
    same_line = [exp.EQ(this=part, expression=column(part.name, "judged")) for part in place]
    cells = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=text(part), expression=column(part, "delivered")) for part in definition.columns
        ]
    )
    at_fault = [column(f"{part}__fault", "judged").is_(exp.null()).not_() for part, _ in _checks(definition)]
    problems = [_problem(part, content, definition) for part, content in _checks(definition)]
    faulty = (
        exp.select(
            *place,
            named(exp.cast(exp.func("to_json", cells), "varchar"), "raw_line"),
            named(exp.func("unnest", exp.Array(expressions=problems)), "problem"),
        )
        .from_(exp.alias_(exp.to_table(TYPED), "judged", table=True))
        .join(exp.alias_(table(f"raw.{name}"), "delivered", table=True), on=exp.and_(*same_line))
        .where(exp.or_(exp.false(), *at_fault), _in_run_days("judged"), _in_run_days("delivered"))
    )
    unreadable = (
        exp.select(
            *place,
            named(column("_reject_text"), "raw_line"),
            named(
                _struct(
                    null_as("varchar"),
                    text(UNREADABLE),
                    exp.func("concat", column("_reject_reason"), text("; correct the line in the source")),
                    exp.false(),
                ),
                "problem",
            ),
        )
        .from_(exp.alias_(table(f"raw.{name}"), "delivered", table=True))
        .where(column("_reject_reason").is_(exp.null()).not_(), _in_run_days("delivered"))
    )
    listed = union_all([faulty, unreadable] if problems else [unreadable])
    return (
        exp.select(
            named(column("_extract_date"), "extract_date"),
            named(text(source), "source"),
            named(text(table_name), "source_table"),
            named(column("_file"), "file"),
            named(column("_line"), "line"),
            *(
                named(exp.Dot(this=column("problem"), expression=exp.to_identifier(part)), part)
                for part in ("column_name", "reason", "remedy", "row_loaded")
            ),
            column("raw_line"),
        )
        .from_(listed.subquery("listed"))
        .where(column("problem").is_(exp.null()).not_())
    )


def unread_select(definition: Table) -> exp.Select:
    """Of the run's days, of each column that can be at fault, how many values were read and how many could not be.

    One row of two numbers a column, in the order of `checked_columns`; a placeholder is neither.
    """
    counts = []
    for part, content in _checks(definition):
        invalid = exp.EQ(this=column(f"{part}__fault"), expression=text(f"invalid_{content.type}"))
        counts += [exp.Count(this=column(part)), exp.CountIf(this=invalid)]
    return exp.select(*counts).from_(TYPED).where(_in_run_days())


def checked_columns(definition: Table) -> list[str]:
    """Columns of which a value can be at fault."""
    return [part for part, _ in _checks(definition)]


def _of_days(staged: str) -> exp.Expr:
    return exp.In(this=column("_extract_date"), query=exp.select("day").from_(staged).subquery())


def _in_run_days(lines: str | None = None) -> exp.Expr:
    return exp.In(this=column("_extract_date", lines), query=exp.select("day").from_("run_days").subquery())


def _checks(definition: Table) -> list[tuple[str, Column]]:
    return [
        (name, content)
        for name, content in definition.columns.items()
        if content.type not in UNTYPED or _is_required(name, content, definition)
    ]


def _is_required(name: str, content: Column, definition: Table) -> bool:
    return content.required or name in definition.key


def _fault(name: str, content: Column, definition: Table) -> exp.Case:
    """Reason code of a value that was lost, from what was delivered."""
    delivered = column(f"{name}__delivered")
    cases: list[tuple[exp.Expr, exp.Expr]] = [
        (column(name).is_(exp.null()).not_(), exp.null()),
        (macro("known", delivered).is_(exp.null()).not_(), text(f"invalid_{content.type}")),
    ]
    if _is_required(name, content, definition):
        cases.append((exp.true(), text(MISSING)))
    else:
        cases.append((macro("blank_to_null", delivered).is_(exp.null()).not_(), text(PLACEHOLDER)))
    return exp.Case(ifs=[exp.If(this=condition, true=reason) for condition, reason in cases])


def _problem(name: str, content: Column, definition: Table) -> exp.Case:
    """The fault of a column as a row of `quality.quarantine`; null where there is none."""
    fault = column(f"{name}__fault", "judged")
    expected = f" ({', '.join(content.formats)})" if content.formats else ""
    remedies = {
        f"invalid_{content.type}": f"correct it in the source, or the column's type or formats{expected}",
        MISSING: "fill it in the source",
        PLACEHOLDER: "none needed; the value is among the placeholders of seeds/reference/placeholders.csv",
    }
    refuses = content.refuses_row or name in definition.key
    return exp.Case(
        ifs=[
            exp.If(
                this=exp.EQ(this=fault, expression=text(reason)),
                true=_struct(text(name), fault, text(remedy), exp.convert(reason == PLACEHOLDER or not refuses)),
            )
            for reason, remedy in remedies.items()
        ]
    )


def _struct(name: exp.Expr, reason: exp.Expr, remedy: exp.Expr, row_loaded: exp.Expr) -> exp.Struct:
    parts = {"column_name": name, "reason": reason, "remedy": remedy, "row_loaded": row_loaded}
    return exp.Struct(expressions=[exp.PropertyEQ(this=text(key), expression=value) for key, value in parts.items()])
