"""How each profile can be reached, and what partners' files say of it (no table; `audiences` and `outbox` read it).

What belongs here: `reach`, `published_ids` and `person`. What does not: who may be in a file, and any partner's columns.
"""

from datetime import date

from sqlglot import exp

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.suppressions import load_suppressions
from cdp_pipeline.domain.expressions import column, literal, named, text
from cdp_pipeline.privacy.pseudonyms import keyed
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)


def stage_reach(session: Session, project: Project) -> None:
    """`reach`: a row a profile with its working golden contact points, and what stands against them."""
    session.stage_rows("suppressions", {"kind": "varchar", "sha256": "varchar"}, load_suppressions(project.seeds))
    session.stage("reach", QUERIES["reach"])


def stage_published_ids(session: Session, key: str) -> None:
    """`published_ids`: the id by which readers of the published tables, and partners, know a profile."""
    session.stage_rows("pseudonym_key", {"key": "varchar"}, [(key,)])
    published = exp.select("profile_id", named(keyed(column("profile_id")), "published_id")).from_("profile.profiles")
    session.stage("published_ids", published)


def person_select(session: Session, destination: Destination, as_of: date) -> exp.Query:
    """A row a profile of `audience` that the destination may have, with all that its files may say.

    Reads `reach` and `published_ids`, and stages what the destination asks for.
    """
    asked = {"destination": text(destination.name), "channel": text(destination.channel), "day": literal(as_of)}
    session.stage("asked", exp.select(*(named(value, name) for name, value in asked.items())))
    session.stage_rows("asked_purposes", {"purpose": "varchar"}, [(purpose,) for purpose in destination.purposes])
    if not destination.asks_interests:
        return QUERIES["person"]
    session.stage_rows("asked_segments", {"segment": "varchar"}, [(name,) for name in destination.segments])
    session.stage("person", QUERIES["person"])
    session.stage("interests", QUERIES["interests"])
    return QUERIES["person_with_interests"]
