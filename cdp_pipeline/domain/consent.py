"""Consent: the rules of `seeds/consent.yml` as a table that `profile.consent_state` reads.

Of all decisions of the person's records that cover a pair, the newest on the most specific level counts (this
very contact point, channel and purpose, channel, purpose, the person); but no grant outlives a denial of any level
that is not older, an objection ends all marketing, and a grant may expire or wait to be confirmed. Without a
decision, the purpose's default counts. Minors and the deceased are out.
"""

from sqlglot import exp

from cdp_pipeline.config.consent import Consent
from cdp_pipeline.domain.expressions import rows_select

RULES = {
    "channel": "varchar",
    "purpose": "varchar",
    "contact_point": "varchar",
    "lawful_basis": "varchar",
    "default_status": "varchar",
    "is_marketing": "boolean",
    "needs_double_opt_in": "boolean",
    "expires_after_months": "int",
    "minimum_age": "int",
}


def rules_select(consent: Consent) -> exp.Query:
    """A row a configured pair; columns as `RULES`."""
    pairs = [(channel, purpose) for channel, purposes in consent.pairs.items() for purpose in purposes]
    rows = [
        (
            channel,
            purpose,
            consent.contact_points.get(channel, ""),
            (rule := consent.purposes[purpose]).lawful_basis,
            rule.default,
            rule.marketing,
            channel in rule.double_opt_in,
            rule.expires_after_months,
            consent.minimum_age,
        )
        for channel, purpose in pairs
    ]
    return rows_select(RULES, rows)


def channels_select(consent: Consent) -> exp.Query:
    """Channels that use a contact point, in the order of the configuration (channel, kind, place)."""
    rows = [(channel, kind, place) for place, (channel, kind) in enumerate(consent.contact_points.items())]
    return rows_select({"channel": "varchar", "kind": "varchar", "place": "int"}, rows)


def pressure_select(consent: Consent) -> exp.Query:
    """Touches that are messages, and the days in which they add up (event, days)."""
    rows = [(event, consent.pressure.days) for event in consent.pressure.events]
    return rows_select({"event": "varchar", "days": "int"}, rows)


def caps_select(consent: Consent) -> exp.Query:
    """The cap on messages (most_messages)."""
    return rows_select({"most_messages": "int"}, [(consent.pressure.most_messages,)])


def retention_select(consent: Consent) -> exp.Query:
    """A row a kind of people (kind, months, action)."""
    kept = {"prospects": consent.retention.prospects, "customers": consent.retention.customers}
    rows = [(kind, rule.months, rule.then) for kind, rule in kept.items() if rule is not None]
    return rows_select({"kind": "varchar", "months": "integer", "action": "varchar"}, rows)


def passive_select(consent: Consent) -> exp.Query:
    """A row an event that is no act of the person (event)."""
    return rows_select({"event": "varchar"}, [(event,) for event in consent.retention.passive_events])
