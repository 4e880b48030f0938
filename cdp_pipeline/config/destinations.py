"""`seeds/destinations/<name>.yml`: one partner that receives an audience.

What belongs here: whom it gets, in which format, and where it goes. What does not: what a format looks like
(`domain.partners`), and the secrets, which the environment holds.
"""

import json
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from cdp_pipeline.config.base import Config
from cdp_pipeline.config.connectors import FileSystem, SecretName, WebAddress

Format = Literal[
    "google_customer_match",
    "meta_custom_audience",
    "linkedin_matched_audience",
    "tiktok_customer_file",
    "microsoft_customer_list",
    "trade_desk_euid",
    "salesforce_marketing_cloud",
    "braze_subscription_group",
    "klaviyo_list",
    "file",
    "personalisation_feed",
]
FileType = Literal["csv", "jsonl", "parquet"]
PersonField = Literal[
    "profile_id",
    "given_name",
    "family_name",
    "birth_date",
    "gender",
    "email",
    "phone",
    "street",
    "postcode",
    "city",
    "region",
    "country",
    "language",
    "consented_at",
    "visitor_ids",
    "segments",
    "affinities",
    "next_category",
    "next_category_reasons",
]
INTERESTS = ("visitor_ids", "segments", "affinities", "next_category", "next_category_reasons")
"""Fields that are made from more than the profile."""
NEEDED = {
    "microsoft_customer_list": ("audience_id", "audience_name"),
    "braze_subscription_group": ("subscription_group_id",),
    "file": ("columns", "keys"),
}
"""Settings that belong to one format, which needs them."""


class TemplateColumn(Config):
    """A column of a file: a field of the person, plain or hashed (of it in small letters, without spaces around)."""

    field: PersonField
    written_as: Literal["plain", "sha256", "sha256_base64"] = Field(default="plain", alias="as")


class Folder(Config):
    """Files stay below data/exports/, where the partner's own transfer takes them."""

    kind: Literal["folder"] = "folder"


class Remote(FileSystem):
    """A folder in an S3 bucket or on an SFTP server; each delivery is a folder below it."""

    kind: Literal["remote"]

    @field_validator("url")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        if value.startswith("file:"):
            raise ValueError("files stay below data/exports/ where the kind is folder; s3:// or sftp:// here")
        if set(value) & set("*{}"):
            raise ValueError("the folder itself, without * and {date}: each delivery is a folder below it")
        return value.rstrip("/")


class Webhook(Config):
    """An address that takes batches of JSON documents, signed as Standard Webhooks (standardwebhooks.com) has it.

    `secret` names the environment variable with the signing secret. A batch that is not acknowledged is sent
    `attempts` times, waiting `seconds_between` and each time twice as long, or as long as the answer asks.
    """

    kind: Literal["webhook"]
    url: WebAddress
    secret: SecretName
    batch_rows: int = Field(default=1000, ge=1)
    attempts: int = Field(default=6, ge=1)
    seconds_between: float = Field(default=1.0, gt=0)


Target = Annotated[Folder | Remote | Webhook, Field(discriminator="kind")]


class Destination(Config):
    """Whom a partner gets: people in any of the segments who grant every purpose on the channel.

    `minimum_size` of the audience that results is raised to the partner's own. `contact_cap` leaves out whoever
    has had enough messages lately (`consent.yml`, `pressure`). Where a partner forgets members after some days,
    they are delivered anew `renewed_before_days` before. `sync: full` sends the whole audience each time. From a
    destination that `is_withdrawn` everybody is taken back.
    """

    name: str = Field(pattern="^[a-z][a-z0-9_]*$")
    description: str
    format: Format
    segments: tuple[str, ...] = Field(min_length=1)
    channel: str
    purposes: tuple[str, ...] = Field(min_length=1)
    minimum_size: int = Field(default=100, ge=1)
    contact_cap: bool = True
    is_withdrawn: bool = False
    sync: Literal["delta", "full"] = "delta"
    renewed_before_days: int = Field(default=30, ge=1)
    target: Target = Folder()
    audience_id: int | None = None
    audience_name: str | None = None
    subscription_group_id: str | None = None
    file_type: FileType = "csv"
    columns: dict[str, TemplateColumn] = {}
    keys: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _settings_of_the_format(self) -> "Destination":
        for name in NEEDED.get(self.format, ()):
            if not getattr(self, name):
                raise ValueError(f"format {self.format} needs '{name}'")
        for owner, names in NEEDED.items():
            for name in names if owner != self.format else ():
                if getattr(self, name):
                    raise ValueError(f"'{name}' belongs to the format {owner}; remove it")
        return self

    @field_validator("columns")
    @classmethod
    def _headers_differ(cls, value: dict[str, TemplateColumn]) -> dict[str, TemplateColumn]:
        small = [header.casefold() for header in value]
        for header in value:
            if not header.strip() or header.startswith("__"):
                raise ValueError(f"'{header}' is no header; write one that does not begin with __")
            if small.count(header.casefold()) > 1:
                raise ValueError(f"'{header}' stands twice, but for capitals; rename one of them")
        return value

    @model_validator(mode="after")
    def _keys_are_columns(self) -> "Destination":
        unknown = [key for key in self.keys if key not in self.columns]
        if unknown:
            raise ValueError(f"keys: {unknown} are not among the columns {list(self.columns)}")
        return self

    @model_validator(mode="after")
    def _webhooks_take_documents(self) -> "Destination":
        if isinstance(self.target, Webhook) and self.suffix != "jsonl":
            raise ValueError(
                "a webhook takes JSON documents: use the format personalisation_feed, or file with file_type: jsonl"
            )
        return self

    @property
    def suffix(self) -> str:
        """The type of its files."""
        if self.format == "personalisation_feed":
            return "jsonl"
        return self.file_type if self.format == "file" else "csv"

    @property
    def shape(self) -> str:
        """Digest of what a partner was told by: where one of it changes, it would not know whom to take back."""
        target = self.target.model_dump(mode="json", include={"kind", "url"})
        keys = {key: self.columns[key].model_dump(mode="json") for key in self.keys}
        told = [self.format, self.suffix, keys, self.audience_id, self.subscription_group_id, target]
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def asks_interests(self) -> bool:
        """Whether a file tells more than the profile does."""
        return self.format == "personalisation_feed" or any(c.field in INTERESTS for c in self.columns.values())
