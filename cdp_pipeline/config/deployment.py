"""`seeds/deployment.yml`: what is true of the whole deployment."""

from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from cdp_pipeline.config.base import Config


class Scale(Config):
    """How much is worked on at once: person records whose golden values are chosen (2 GB), touches of the timeline.

    Deployments of more work part by part, and keep the days of the timeline that have not changed.
    """

    records_at_once: int = Field(default=2_000_000, ge=1)
    touches_at_once: int = Field(default=10_000_000, ge=1)


class SparkConfig(Config):
    """How others see the tables on Spark: as Delta Lake's, and as views `<database>_<layer>.<table>` in Spark's catalog."""

    table_format: Literal["parquet", "delta"] = "parquet"
    database: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")


class Deployment(Config):
    """Name, time zone, first day (start of the daily partitions), engine, default country and currency.

    `max_quarantined` is the share of a table's lines of a day above which the day is not taken.
    """

    name: str
    timezone: str = "Europe/Paris"
    first_day: date
    engine: Literal["duckdb", "spark"] = "duckdb"
    default_country: str = Field(default="FR", pattern="^[A-Z]{2}$")
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    max_quarantined: float = Field(default=0.02, ge=0, le=1)
    scale: Scale = Scale()
    spark: SparkConfig = SparkConfig()

    @field_validator("timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not a time zone; use an IANA name such as Europe/Paris")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone, for day boundaries."""
        return ZoneInfo(self.timezone)
