"""`cdp show`: one profile on a page."""

from rich.console import Console
from rich.table import Table
from sqlglot import exp

from cdp_pipeline.domain.expressions import named, text
from cdp_pipeline.privacy.people import found_profiles
from cdp_pipeline.reporting.tables import shown_table
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.warehouse import require
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.files import named_beside
from cdp_pipeline.sql.lineage import tables_read

QUERIES = named_beside(__file__)
GLANCE = ("Known by", "Identity", "Household", "Orders", "Mostly buys", "Best reached by", "Messages lately")
PARTS = {
    "golden": ("Golden values", ("attribute", "value", "from", "rule", "records that differ", "of")),
    "records": ("Records", ("record", "name", "e-mail", "telephone", "street", "city")),
    "contact_points": (
        "Contact points",
        ("kind", "value", "place", "status", "last used", "source", "records", "allows"),
    ),
    "consents": (
        "Consent",
        ("channel", "purpose", "status", "because of", "decided", "level", "source", "ends", "overrode", "decisions"),
    ),
    "decisions": (
        "Decisions behind it, the one that counts first",
        ("channel", "purpose", "place", "status", "decided", "level", "record", "proof", ""),
    ),
    "segments": ("Segments", ("segment", "as of", "since", "why")),
    "foretold": ("Foretold", ("model", "foretold", "decile", "what moved it most")),
    "timeline": (
        "Latest touches",
        ("when (UTC)", "channel", "event", "what", "category", "amount", "device", "known by"),
    ),
}


def print_profile(console: Console, settings: Settings, who: str, country: str) -> bool:
    """Print every profile that the address, number (as dialled in `country`) or id leads to; False for none.

    Raises WarehouseError where no run has reached its end.
    """
    with warehouse_of(settings).session(read_only=True) as session:
        require(session, sorted(set[str]().union(*map(tables_read, QUERIES.values()))))
        profiles = found_profiles(session, who, country)
        for profile in profiles:
            session.stage("asked", exp.select(named(text(profile), "who")))
            console.rule(f"profile {profile}")
            console.print(_glance(session.rows(QUERIES["at_a_glance"])))
            for name, (title, headers) in PARTS.items():
                console.print(shown_table(title, headers, session.rows(QUERIES[name])))
    return bool(profiles)


def _glance(rows: list[tuple[object, ...]]) -> Table:
    """The person in a few lines."""
    content = Table.grid(padding=(0, 2))
    for row in rows:
        for label, told in zip(GLANCE, row, strict=True):
            content.add_row(label, str(told))
    return content
