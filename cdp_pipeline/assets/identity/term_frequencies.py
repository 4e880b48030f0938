"""`identity.term_frequencies`: how frequent each value is, frozen with the model.

Recomputing them daily would move nearly every score a little, and with the scores the profiles.
"""

from sqlglot import exp

from cdp_pipeline.assets.identity.linkage_model import model_in_force
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.domain.expressions import column, literal, named, null_as, table, text, union_all
from cdp_pipeline.domain.linkage import frequency_columns

MOST_RECORDS_A_PERSON = 5
NAMES = ("given", "family", "full_key")


def build(run: TableRun) -> None:
    """Keep the frequencies of the model in force; count them where it is new."""
    model = model_in_force(run.session)
    standing = run.session.columns(run.table.full_name)
    if standing and run.session.rows(exp.select("version").distinct().from_(table(run.table.full_name))) == [
        (model.version,)
    ]:
        run.write(exp.select("*").from_(table(run.table.full_name)))
        return
    parts = [_counted(model.version, name) for name in frequency_columns(model.settings)]
    run.write(union_all(parts) if parts else _nothing(run))


def _counted(version: str, name: str) -> exp.Select:
    """How frequent each value is: of names by records, of all else by different names, as one person has many records."""
    value = column(name)
    bearers: exp.Expr = exp.func("count", exp.Star())
    if name not in NAMES:
        bearers = exp.func("greatest", exp.Count(this=exp.Distinct(expressions=[column("name_key")])), literal(1))
    share = exp.Div(this=bearers, expression=exp.Window(this=exp.Sum(this=bearers.copy())))
    counted = (
        exp.select(named(value, "value"), named(share, "frequency"))
        .from_(table("identity.linkage_records"))
        .where(value.is_(exp.null()).not_())
        .group_by(value)
    )
    source = _full_names(counted) if name == "full_key" else counted
    return exp.select(
        named(text(version), "version"), named(text(name), "attribute"), column("value"), column("frequency")
    ).from_(source.subquery("counted"))


def _full_names(counted: exp.Select) -> exp.Select:
    """A full name is as frequent as its parts make it, unless more people than one person's records share it."""
    parts = {
        name: exp.select(name, named("count(*) / sum(count(*)) over ()", f"{name}_share"))
        .from_("identity.linkage_records")
        .where(column(name).is_(exp.null()).not_())
        .group_by(name)
        for name in ("given", "family")
    }
    names = (
        exp.select("full_key", "given", "family")
        .distinct()
        .from_("identity.linkage_records")
        .where("full_key is not null")
    )
    expected = exp.select("full_key", named("max(given_share * family_share)", "expected")).from_(
        names.subquery("names")
    )
    for name, part in parts.items():
        expected = expected.join(part.subquery(f"{name}s"), using=[name])
    larger = exp.func(
        "greatest",
        column("expected"),
        exp.Sub(
            this=column("frequency"),
            expression=exp.Div(this=literal(MOST_RECORDS_A_PERSON), expression=column("records", "named_records")),
        ),
    )
    return (
        exp.select(column("value"), named(larger, "frequency"))
        .from_(counted.subquery("observed"))
        .join(expected.group_by("full_key").subquery("expectation"), on="observed.value = expectation.full_key")
        .join(
            exp.select("count(full_key) AS records").from_("identity.linkage_records").subquery("named_records"),
            join_type="cross",
        )
    )


def _nothing(run: TableRun) -> exp.Select:
    columns = run.table.sidecar.columns
    return exp.select(*(named(null_as(content.type), name) for name, content in columns.items())).where(exp.false())
