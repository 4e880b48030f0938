"""A file of a deployment's own columns, and the personalisation feed, one JSON document a profile.

Both name a person by `published_id`, the keyed id of the published tables, or by what the template asks for.
"""

from collections.abc import Callable

from sqlglot import exp

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import column, literal
from cdp_pipeline.domain.partners.partner import (
    Columns,
    Partner,
    as_held,
    harmless,
    of_person,
    sha256,
    sha256_base64,
    small,
)

FORMS: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "sha256": lambda value: sha256(small(value)),
    "sha256_base64": lambda value: sha256_base64(small(value)),
}
NO_TEXTS = ("profile_id", "phone", "birth_date", "consented_at", "visitor_ids", "segments", "affinities")
"""Fields that nobody writes freely; of all others a spreadsheet might take one for a formula."""


def columns(destination: Destination) -> Columns:
    """The columns of the destination's template."""
    found: Columns = {}
    for header, asked in destination.columns.items():
        value: exp.Expr = of_person("published_id" if asked.field == "profile_id" else asked.field)
        if asked.written_as != "plain":
            value = FORMS[asked.written_as](exp.cast(value, "varchar"))
        elif asked.field not in NO_TEXTS and destination.file_type == "csv":
            value = harmless(value)
        found[header] = value
    return found


def custom_file(destination: Destination) -> Partner:
    """The partner that a template describes; its keys find a person."""
    keys = destination.keys
    asked = {destination.columns[key].field for key in keys}
    reached_by = tuple(kind for kind in ("email", "phone") if kind in asked) if asked <= {"email", "phone"} else ()
    return Partner(columns, keys, keys, as_held(*keys), reached_by=reached_by, can_replace=True)


def documents(destination: Destination) -> Columns:
    """What a website and its recommendation engine know of a visitor."""
    return {
        "profile_id": of_person("published_id"),
        "visitors": of_person("visitor_ids"),
        "segments": of_person("segments"),
        "affinities": of_person("affinities"),
        "next_category": of_person("next_category"),
        "next_category_reasons": of_person("next_category_reasons"),
        "is_removed": literal(False),
    }


def removed_documents(destination: Destination) -> Columns:
    """The document that takes another one's place: nothing is known any more."""
    return {"profile_id": column("profile_id", "held"), "is_removed": literal(True)}


PERSONALISATION_FEED = Partner(
    documents, ("profile_id",), ("profile_id",), removed_documents, reached_by=(), can_replace=True
)
