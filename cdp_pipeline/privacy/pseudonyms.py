"""Published tables are pseudonymous: keyed ids, age bands, and homes told only as exactly as a crowd shares them.

A sidecar says for each column what readers get instead (`published_as`). Ids are keyed hashes: the same
person has the same id in every published table of a deployment, and another one elsewhere. Ages, sex,
language and home are k-anonymous together (Samarati and Sweeney, 1998): whoever is not among
`smallest_group` people with the same postcode is told by its first three characters, its first two, the
region, the country, or not at all.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlglot import exp

from cdp_pipeline.config.sidecar import Sidecar, SidecarColumn
from cdp_pipeline.domain.expressions import column, joined, literal, macro, named, null_as, table, text
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.settings import Settings, optional_secret
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
KEY_VARIABLE = "CDP_PSEUDONYM_KEY"
LEVELS = range(1, 6)
"""How exactly a home is told: postcode, its first three characters, its first two, region, country."""
HOME = ("postcode_area", "region", "country")
NAMES = {"age_band": "age_band", "postcode_area": "postcode_area"}
"""Columns that readers find under another name, as they hold something else."""


def pseudonym_key(settings: Settings) -> str:
    """The deployment's key: of the environment, or made once and kept in a file that only its owner reads."""
    given = optional_secret(KEY_VARIABLE)
    if given:
        return given
    path = key_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def public_selects(
    session: Session, tables: Iterable[tuple[str, Sidecar]], key: str, smallest_group: int
) -> Iterator[tuple[str, exp.Select]]:
    """What readers get of each table that stands, in the order of its key: the same rows, the same bytes."""
    session.stage_rows("pseudonym_key", {"key": "varchar"}, [(key,)])
    session.stage("smallest_group", exp.select(named(literal(smallest_group), "people")))
    for name, sidecar in tables:
        standing = session.columns(name)
        columns = {n: content for n, content in sidecar.columns.items() if n in standing and _is_public(content)}
        if columns:
            yield name, _public_select(session, name, columns, [key for key in sidecar.key if key in standing])


def _is_public(content: SidecarColumn) -> bool:
    return content.privacy != "direct_identifier" and content.published_as != "left_out"


def _public_select(session: Session, name: str, columns: dict[str, SidecarColumn], key: list[str]) -> exp.Select:
    source = f"{name.replace('.', '__')}__public"
    grouped = {n: str(c.published_as) for n, c in columns.items() if c.published_as not in (None, "keyed")}
    if grouped:
        _stage_groups(session, name, grouped, key, source)
    selected = []
    for part, content in columns.items():
        role = content.published_as
        value: exp.Expr = column(part, "own")
        if role == "keyed":
            value = keyed(value)
        elif role in HOME:
            value = column(str(role), "told")
        elif role is not None:
            group = column("age_band", "told") if role == "age_band" else value
            value = exp.If(this=column("is_told", "told"), true=group)
        selected.append(named(value, NAMES.get(str(role), part)))
    query = exp.select(*selected).from_(exp.alias_(table(name), "own", table=True))
    if grouped:
        same_row = exp.EQ(this=_row_no(key, "own"), expression=column("row_no", "told"))
        query = query.join(exp.alias_(table(source), "told", table=True), on=same_row)
    return query.order_by(*(column(part, "own") for part in key))


def keyed(value: exp.Expr) -> exp.Expr:
    """A pseudonym of 16 hexadecimal digits: the beginning of a hash with the key, which nobody can lengthen or invert."""
    key = exp.select("key").from_("pseudonym_key").subquery()
    hashed = exp.func("sha256", exp.DPipe(this=key, expression=exp.cast(value, "varchar"), safe=True))
    return exp.func("left", hashed, literal(16))


def _row_no(key: list[str], rows: str) -> exp.Expr:
    """A number of each row, from its key."""
    return macro("record_number", joined("|", *(exp.cast(column(part, rows), "varchar") for part in key)))


def _stage_groups(session: Session, name: str, grouped: dict[str, str], key: list[str], target: str) -> None:
    """`target` (row_no, postcode_area, region, country, age_band, is_told)."""
    of_role = {role: part for part, role in grouped.items()}
    born = column(of_role["age_band"]) if "age_band" in of_role else null_as("date")
    parts = {role: column(of_role[role]) if role in of_role else null_as("varchar") for role in HOME}
    rest = [
        exp.func("coalesce", exp.cast(column(part), "varchar"), text("?"))
        for part, role in grouped.items()
        if role == "group"
    ]
    session.stage(
        "people",
        exp.select(
            named(_row_no(key, "mine"), "row_no"),
            named(born, "born_on"),
            *(named(value, role) for role, value in parts.items()),
            named(joined("|", text(""), *rest), "rest"),
        ).from_(exp.alias_(table(name), "mine", table=True)),
    )
    session.stage("aged", QUERIES["aged"])
    session.stage("told", QUERIES["nobody"])
    for level in LEVELS:
        session.stage("coarseness", exp.select(named(literal(level), "level")))
        session.append("told", QUERIES["a_crowd"])
    session.append("told", QUERIES["the_rest"])
    session.stage(target, exp.select("*").from_("told"))


def key_file(settings: Settings) -> Path:
    """Where the key lies that the environment does not give."""
    return settings.data / "keys" / "pseudonyms.key"
