"""Consent: the rules of `seeds/consent.yml` as a table that `profile.consent_state` reads.

Of all decisions of the person's records that cover a pair, the newest on the most specific level counts (this
very contact point, channel and purpose, channel, purpose, the person); but no grant outlives a denial of any level
that is not older, an objection ends all marketing, and a grant may expire or wait to be confirmed. Without a
decision, the purpose's default counts. Minors and the deceased are out.
"""

from sqlglot import exp

from cdp_pipeline.config.consent import Consent
from cdp_pipeline.domain.expressions import literal, named, null_as, text, union_all


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
