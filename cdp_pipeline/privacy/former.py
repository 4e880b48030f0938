"""Finding people whom no source delivers any more: their lines of past days, and the events of their ids, are still there."""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, named, table, text, union_all, within
from cdp_pipeline.domain.person import source_contact_points, source_ids
from cdp_pipeline.domain.standardisation import parse_email, parse_phone
from cdp_pipeline.privacy.lines import stage_typed
from cdp_pipeline.privacy.people import found_profiles
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def ever_found(
    session: Session, project: Project, sidecars: Mapping[str, Sidecar], who: str
) -> tuple[list[str], list[str]]:
    """Profiles that an address, a number, a record or a profile id leads to; and records that no source delivers any more.

    These are looked for where no profile holds it today: with the profiles that they belonged to, if to any.
    """
    country = project.deployment.default_country
    found = found_profiles(session, who, country)
    if found:
        return found, []
    told = {"email": parse_email(who), "phone": parse_phone(who.strip(), country)}
    values = [(kind, value) for kind, value in told.items() if value]
    session.stage_rows("former_points", dict.fromkeys(("kind", "value"), "varchar"), values)
    session.stage("former_forms", QUERIES["forms"])
    session.stage_rows("held_records", {"record_id": "varchar"}, [])
    for held in _records(session, project, sidecars) if values else ():
        session.append("held_records", held)
    session.stage("asked", exp.select(named(text(who.strip()), "who")))
    session.stage("former_records", QUERIES["former_records"])
    profiles, records = (
        sorted(str(row[0]) for row in session.rows(query))
        for query in (QUERIES["profiles"], exp.select("record_id").from_("former_records"))
    )
    return profiles, records


def _records(session: Session, project: Project, sidecars: Mapping[str, Sidecar]) -> Iterator[exp.Query]:
    """Record ids of the lines, of any day, that hold one of the contact points."""
    forms = exp.select("form").from_("former_forms")
    erased = exp.select("kind", "value").from_("former_points")
    for name, source, definition in project.tables():
        plain = source.plain_name(name)
        ids = [value for id_name, value, _ in source_ids(project, sidecars, source, plain) if id_name == "record_id"]
        told = [part for part, content in definition.columns.items() if content.type in ("email", "phone")]
        if not (ids and told and session.columns(f"raw.{name}")):
            continue
        held = [within(exp.Lower(this=exp.Trim(this=column(part))), forms) for part in told]
        session.stage("found_lines", exp.select("*").from_(table(f"raw.{name}")).where(exp.or_(*held)))
        stage_typed(session, project, name, definition, "found_lines")
        points = source_contact_points(project, sidecars, source, plain)
        same = exp.or_(*(within(exp.Tuple(expressions=[kind, value]), erased) for kind, value in points))
        yield union_all([exp.select(named(value, "record_id")).from_("typed_lines").where(same) for value in ids])
