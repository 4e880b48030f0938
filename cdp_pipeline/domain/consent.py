"""Consent: the rules of `seeds/consent.yml` as a table that `profile.consent_state` reads.

Of all decisions of the person's records that cover a pair, the newest on the most specific level counts (this
very contact point, channel and purpose, channel, purpose, the person); but no grant outlives a denial of any level
that is not older, an objection ends all marketing, and a grant may expire or wait to be confirmed. Without a
decision, the purpose's default counts. Minors and the deceased are out.
"""

from sqlglot import exp

from cdp_pipeline.config.consent import Consent
from cdp_pipeline.domain.expressions import literal, named, no_rows, null_as, text, union_all


def rules_select(consent: Consent) -> exp.Query:
    """A row a configured pair: channel, purpose, contact_point, lawful_basis, default_status, is_marketing,
    needs_double_opt_in, expires_after_months, minimum_age.
    """
    rows = []
    for channel, purposes in consent.pairs.items():
        for purpose in purposes:
            rule = consent.purposes[purpose]
            months = literal(rule.expires_after_months) if rule.expires_after_months else null_as("int")
            rows.append(
                exp.select(
                    named(text(channel), "channel"),
                    named(text(purpose), "purpose"),
                    named(text(consent.contact_points.get(channel, "")), "contact_point"),
                    named(text(rule.lawful_basis), "lawful_basis"),
                    named(text(rule.default), "default_status"),
                    named(literal(rule.marketing), "is_marketing"),
                    named(literal(channel in rule.double_opt_in), "needs_double_opt_in"),
                    named(months, "expires_after_months"),
                    named(literal(consent.minimum_age), "minimum_age"),
                )
            )
    return union_all(rows)


def channels_select(consent: Consent) -> exp.Query:
    """Channels that use a contact point, in the order of the configuration (channel, kind, place)."""
    rows = [
        exp.select(named(text(channel), "channel"), named(text(kind), "kind"), named(literal(place), "place"))
        for place, (channel, kind) in enumerate(consent.contact_points.items())
    ]
    return union_all(rows) if rows else no_rows({"channel": "varchar", "kind": "varchar", "place": "int"})


def pressure_select(consent: Consent) -> exp.Query:
    """Touches that are messages, and the days in which they add up (event, days)."""
    days = named(literal(consent.pressure.days), "days")
    rows = [exp.select(named(text(event), "event"), days.copy()) for event in consent.pressure.events]
    return union_all(rows) if rows else no_rows({"event": "varchar", "days": "int"})


def caps_select(consent: Consent) -> exp.Select:
    """The cap on messages (most_messages)."""
    return exp.select(named(literal(consent.pressure.most_messages), "most_messages"))
