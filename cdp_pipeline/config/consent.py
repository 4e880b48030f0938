"""`seeds/consent.yml`: channels, purposes, and what silence means."""

from typing import Literal

from pydantic import Field, model_validator

from cdp_pipeline.config.base import Config

Status = Literal["granted", "denied"]


class Purpose(Config):
    """Why a person is processed: lawful basis, state when nothing is known, expiry in months."""

    description: str
    lawful_basis: Literal["consent", "contract", "legitimate_interest", "legal_obligation"]
    default: Status = "denied"
    expires_after_months: int | None = Field(default=None, ge=1)


class Consent(Config):
    """Channels and purposes of the deployment; every pair of both has a state for every profile."""

    channels: tuple[str, ...]
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
        return self
