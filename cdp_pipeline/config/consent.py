"""`seeds/consent.yml`: channels, purposes, and what silence means."""

from typing import Literal

from pydantic import Field, model_validator

from cdp_pipeline.config.base import Config

Status = Literal["granted", "denied"]


class Purpose(Config):
    """Why a person is processed: lawful basis, state when nothing is known, expiry in months.

    An objection ends every purpose of `marketing`. On the channels of `double_opt_in` a grant counts
    once the person has confirmed it.
    """

    description: str
    lawful_basis: Literal["consent", "contract", "legitimate_interest", "legal_obligation"]
    default: Status = "denied"
    expires_after_months: int | None = Field(default=None, ge=1)
    marketing: bool = True
    double_opt_in: tuple[str, ...] = ()


class Pressure(Config):
    """Contact pressure: a person who got `most_messages` (touches of `events`) within `days` has had enough."""

    days: int = Field(default=7, ge=1)
    most_messages: int = Field(default=4, ge=1)
    events: tuple[str, ...] = ("sent",)


class Published(Config):
    """Published tables: what is told of a person's age, sex and home is true of `smallest_group` people at least."""

    smallest_group: int = Field(default=10, ge=1)


class Keeping(Config):
    """How many months people are kept after the last act of their own, and whether they are erased then or listed."""

    months: int = Field(ge=1)
    then: Literal["erase", "list"] = "list"


class Retention(Config):
    """Retention: of customers, who ordered once, and of prospects, who did not; whoever has no rule is kept.

    Events of `passive_events` are no acts of the person: an e-mail that is opened proves nothing (CNIL).
    """

    prospects: Keeping | None = None
    customers: Keeping | None = None
    passive_events: tuple[str, ...] = ("sent", "opened")


class Consent(Config):
    """Channels and purposes of the deployment; every configured pair has a state for every profile.

    `contact_points` names the kind of contact point that a channel uses. Whoever is younger than
    `minimum_age` (years) is denied everything; without a birth date nobody is known to be.
    """

    channels: tuple[str, ...]
    contact_points: dict[str, Literal["email", "phone", "post"]] = {"email": "email", "sms": "phone"}
    minimum_age: int = Field(default=16, ge=0)
    pressure: Pressure = Pressure()
    published: Published = Published()
    retention: Retention = Retention()
    purposes: dict[str, Purpose]
    pairs: dict[str, tuple[str, ...]]

    @model_validator(mode="after")
    def _pairs_known(self) -> "Consent":
        for channel, purposes in self.pairs.items():
            if channel not in self.channels:
                raise ValueError(f"pairs.{channel}: not among the channels {list(self.channels)}")
            for purpose in purposes:
                if purpose not in self.purposes:
                    raise ValueError(f"pairs.{channel}: '{purpose}' not among the purposes {sorted(self.purposes)}")
        for name, rule in self.purposes.items():
            for channel in rule.double_opt_in:
                if channel not in self.channels:
                    raise ValueError(f"purposes.{name}.double_opt_in: '{channel}' not among {list(self.channels)}")
        return self
