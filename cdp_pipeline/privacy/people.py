"""Finding people by what they are called, and staging what is theirs (`domain.person`)."""

from collections.abc import Iterable

from sqlglot import exp

from cdp_pipeline.domain.expressions import named, text
from cdp_pipeline.domain.person import KEYS
from cdp_pipeline.domain.standardisation import parse_phone
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def found_profiles(session: Session, who: str, country: str) -> list[str]:
    """Profiles that an address, a number (as dialled in `country`), a record or a profile id leads to."""
    asked = exp.select(named(text(who.strip()), "who"), named(text(parse_phone(who.strip(), country) or ""), "phone"))
    session.stage("asked", asked)
    return sorted(str(row[0]) for row in session.rows(QUERIES["found"]) if row[0])


def stage_people(session: Session, profiles: Iterable[str], records: Iterable[str] = ()) -> None:
    """The temporary tables that say who the people of these profiles, and records, are, whatever they were called before."""
    session.stage_rows("asked_records", {"record_id": "varchar"}, [(record,) for record in records])
    session.stage_rows("asked_profiles", {"profile_id": "varchar"}, [(profile,) for profile in profiles])
    for listed in KEYS:
        session.stage(listed, QUERIES[listed])
