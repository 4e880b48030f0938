"""`seeds/destinations/<name>.yml`: one partner that receives an audience."""

from typing import Literal

from pydantic import Field

from cdp_pipeline.config.base import Config


class Destination(Config):
    """A partner's file: format, segments (a person in any of them), channel, purposes, least size."""

    name: str = Field(pattern="^[a-z][a-z0-9_]*$")
    description: str
    format: Literal["salesforce_marketing_cloud", "google_customer_match"]
    segments: tuple[str, ...] = Field(min_length=1)
    channel: str
    purposes: tuple[str, ...] = Field(min_length=1)
    minimum_size: int = Field(default=100, ge=1)
