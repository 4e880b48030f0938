"""Consent: the rules of `seeds/consent.yml` as a table that `profile.consent_state` reads.

The newest decision of any of the person's records counts; of two at the same moment, the denial. A
grant older than the purpose's expiry no longer counts; without a decision, the purpose's default.
"""

from sqlglot import exp

from cdp_pipeline.config.consent import Consent
from cdp_pipeline.domain.expressions import literal, named, null_as, text, union_all


def rules_select(consent: Consent) -> exp.Query:
    """A row a configured pair: channel, purpose, lawful_basis, default_status, expires_after_months."""
    rows = []
    for channel, purposes in consent.pairs.items():
        for purpose in purposes:
            rule = consent.purposes[purpose]
            months = literal(rule.expires_after_months) if rule.expires_after_months else null_as("int")
            rows.append(
                exp.select(
                    named(text(channel), "channel"),
                    named(text(purpose), "purpose"),
                    named(text(rule.lawful_basis), "lawful_basis"),
                    named(text(rule.default), "default_status"),
                    named(months, "expires_after_months"),
                )
            )
    return union_all(rows)
