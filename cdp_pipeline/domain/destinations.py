"""Partners' files: who may be in them, and the columns in the partner's own form.

Formats as the partners document them (shared facts, November 2026): Google Customer Match hashes
e-mail, telephone and names (SHA-256, hexadecimal; telephone with +), never country and postcode.
Salesforce Marketing Cloud takes plain values under the data extension's field names.
"""

from collections.abc import Callable, Mapping

from sqlglot import exp

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import array, column, literal, macro, named, null_as, text, union_all, within

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def eligible_select(destinations: Mapping[str, Destination]) -> exp.Query:
    """Every candidate of every destination with why it is refused (as_of_day, destination, profile_id, refusal).

    `refusal` is null for members, else no_consent, no_contact or suppressed. Reads the temporary
    table `suppressions` (kind, sha256) beside the pipeline's tables.
    """
    parts = [_eligible(destination) for _, destination in sorted(destinations.items())]
    return union_all(parts) if parts else _nobody()


def _eligible(destination: Destination) -> exp.Select:
    segments = exp.In(this=column("segment", "members"), expressions=[text(name) for name in destination.segments])
    candidates = (
        exp.select("members.as_of_day", "members.profile_id")
        .distinct()
        .from_("segments.segment_members AS members")
        .join("run_days", on="members.as_of_day = run_days.day")
        .where(segments)
    )
    reachable: exp.Expr = column("email", "profiles").is_(exp.null()).not_()
    if destination.format == "google_customer_match":
        reachable = exp.or_(reachable, column("phone", "profiles").is_(exp.null()).not_())
    refusal = exp.Case(
        ifs=[
            exp.If(this=column("profile_id", "allowed").is_(exp.null()), true=text("no_consent")),
            exp.If(this=exp.Paren(this=reachable).not_(), true=text("no_contact")),
            exp.If(this=exp.or_(_suppressed("email"), _suppressed("phone")), true=text("suppressed")),
        ]
    )
    return (
        exp.select(
            column("as_of_day", "candidates"),
            named(text(destination.name), "destination"),
            column("profile_id", "candidates"),
            named(refusal, "refusal"),
        )
        .from_(candidates.subquery("candidates"))
        .join("profile.profiles AS profiles", on="candidates.profile_id = profiles.profile_id")
        .join(
            _allowed(destination).subquery("allowed"),
            on="candidates.profile_id = allowed.profile_id",
            join_type="left",
        )
    )


def _allowed(destination: Destination) -> exp.Select:
    """Profiles that granted every purpose on the channel."""
    return (
        exp.select("profile_id")
        .from_("profile.consent_state")
        .where(
            exp.EQ(this=column("channel"), expression=text(destination.channel)),
            exp.In(this=column("purpose"), expressions=[text(purpose) for purpose in destination.purposes]),
            "status = 'granted'",
        )
        .group_by("profile_id")
        .having(exp.EQ(this=exp.func("count", exp.Star()), expression=literal(len(destination.purposes))))
    )


def _suppressed(kind: str) -> exp.Expr:
    hashes = exp.select("sha256").from_("suppressions").where(exp.EQ(this=column("kind"), expression=text(kind)))
    value = exp.func("coalesce", column(kind, "profiles"), text(""))
    return exp.or_(*(within(exp.func("sha256", written), hashes) for written in (value, macro("mailbox", value))))


def file_select(destination: Destination, day: exp.Expr) -> exp.Select:
    """The file's rows in the partner's columns, ordered by profile."""
    audience = (
        exp.select()
        .from_("activation.delivery_members AS members")
        .join("profile.profiles AS profiles", on="members.profile_id = profiles.profile_id")
        .where(
            exp.EQ(this=column("destination", "members"), expression=text(destination.name)),
            exp.EQ(this=column("as_of_day", "members"), expression=day),
        )
        .order_by("members.profile_id")
    )
    return audience.select(*(named(value, header) for header, value in FORMATS[destination.format]().items()))


def _marketing_cloud() -> dict[str, exp.Expr]:
    return {
        "SubscriberKey": column("profile_id", "members"),
        "EmailAddress": column("email", "profiles"),
        "FirstName": _harmless(column("given_name", "profiles")),
        "LastName": _harmless(column("family_name", "profiles")),
        "Locale": exp.func("coalesce", column("language", "profiles"), text("fr")),
    }


def _customer_match() -> dict[str, exp.Expr]:
    email = exp.func("mailbox", exp.func("replace", exp.Lower(this=column("email", "profiles")), text(" "), text("")))
    return {
        "Email": _hashed(email),
        "Phone": _hashed(column("phone", "profiles")),
        "First Name": _hashed(_name("given_name")),
        "Last Name": _hashed(_name("family_name")),
        "Country": column("country", "profiles"),
        "Zip": column("postcode", "profiles"),
    }


FORMATS: dict[str, Callable[[], dict[str, exp.Expr]]] = {
    "salesforce_marketing_cloud": _marketing_cloud,
    "google_customer_match": _customer_match,
}


IDENTIFIERS: dict[str, tuple[str, ...]] = {
    "salesforce_marketing_cloud": ("SubscriberKey", "EmailAddress"),
    "google_customer_match": ("Email", "Phone"),
}
"""Columns by which a partner finds a person, by format."""


def _name(name: str) -> exp.Expr:
    return exp.Lower(this=exp.func("trim", column(name, "profiles")))


def _hashed(value: exp.Expr) -> exp.Expr:
    return exp.func("sha256", exp.func("nullif", value, text("")))


def _harmless(value: exp.Expr) -> exp.Expr:
    """A spreadsheet must not take a name for a formula."""
    starts = exp.func("list_contains", array(FORMULA_STARTS), exp.func("left", value, literal(1)))
    return exp.If(this=starts, true=exp.DPipe(this=text("'"), expression=value.copy(), safe=True), false=value.copy())


def _nobody() -> exp.Select:
    columns = (
        ("as_of_day", "date"),
        ("destination", "varchar"),
        ("profile_id", "varchar"),
        ("refusal", "varchar"),
    )
    return exp.select(*(named(null_as(kind), name) for name, kind in columns)).where(exp.false())
