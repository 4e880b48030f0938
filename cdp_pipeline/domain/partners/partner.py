"""What a partner's file is: its columns, how the partner finds a person in it, and what it bears.

What belongs here: the shape that every partner fulfils, and the SQL expressions that several share. What does
not: who may be in a file (`assets.activation.audiences`), and any one partner's own rules.
Columns are expressions over `person` (published_id, given_name, email, … as in `assets.activation.people`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import array, column, literal, macro, text

Columns = dict[str, exp.Expr]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MEGABYTE = 1_000_000


def no_lines(destination: Destination, action: str) -> list[Mapping[str, str]]:
    """A file that begins with its people."""
    return []


@dataclass(frozen=True)
class Partner:
    """A partner's format.

    `columns` are those of an added person, by header in the file's order. `kept` are the headers whose values stay
    known (`activation.delivery_members`), as a removal has to name them; by each of `finds_by` alone the partner
    finds a person. `removed` are the columns of a removal, over `held`, which has the kept headers.
    `reached_by` are the contact points of which one is needed, where the channel itself asks for none. A file has
    no more than `most_rows` and `most_bytes`; `least_audience` is the partner's own minimum. A partner that
    `takes_whole` audiences gets all of it each time; one that `can_replace` lets a whole audience take the place of
    what it holds, any other is told removals and then everybody. `mails` says that a file claims consent to e-mails.
    `lines_before` are lines that begin a file.
    """

    columns: Callable[[Destination], Columns]
    kept: tuple[str, ...]
    finds_by: tuple[str, ...]
    removed: Callable[[Destination], Columns]
    reached_by: tuple[str, ...] = ("email", "phone")
    least_audience: int = 1
    expires_after_days: int | None = None
    most_rows: int | None = None
    most_bytes: int | None = None
    takes_whole: bool = False
    can_replace: bool = False
    mails: bool = False
    lines_before: Callable[[Destination, str], list[Mapping[str, str]]] = no_lines


def of_person(name: str) -> exp.Column:
    """A column of the person."""
    return column(name, "person")


def as_held(*headers: str) -> Callable[[Destination], Columns]:
    """A removal in the form of an addition, of these headers alone."""
    return lambda destination: {header: column(header, "held") for header in headers}


def blank() -> exp.Expr:
    """A column that is left empty."""
    return exp.cast(exp.null(), "varchar")


def sha256(value: exp.Expr) -> exp.Expr:
    """SHA-256 in hexadecimal; nothing of nothing."""
    return exp.func("sha256", exp.func("nullif", value, text("")))


def sha256_base64(value: exp.Expr) -> exp.Expr:
    """The 32 bytes of SHA-256 in Base64."""
    return macro("base64", macro("unhex", sha256(value)))


def small(value: exp.Expr) -> exp.Expr:
    """In small letters, without spaces around it."""
    return exp.Lower(this=exp.Trim(this=value))


def without_spaces(value: exp.Expr) -> exp.Expr:
    """In small letters, without any space."""
    return exp.Lower(this=replaced(value, r"\s", ""))


def replaced(value: exp.Expr, pattern: str, by: str) -> exp.Expr:
    """Every match of a regular expression replaced."""
    return macro("regexp_replace", value, text(pattern), text(by), text("g"))


def harmless(value: exp.Expr) -> exp.Expr:
    """A spreadsheet must not take a text for a formula (OWASP, CSV injection): an apostrophe goes before it."""
    starts = exp.func("list_contains", array(FORMULA_STARTS), exp.func("left", value, literal(1)))
    return exp.If(this=starts, true=exp.DPipe(this=text("'"), expression=value.copy(), safe=True), false=value.copy())
