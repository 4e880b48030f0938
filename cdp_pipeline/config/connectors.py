"""`extract.connector` of a source's table: where its data is fetched from, into the landing zone.

What belongs here: what is asked for, and the names of environment variables that hold the secrets.
What does not: the secrets themselves (`settings.secret`), and fetching (`resources.connectors`).
"""

import re
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, field_validator, model_validator

from cdp_pipeline.config.base import Config

SecretName = Annotated[str, StringConstraints(pattern="^[A-Z][A-Z0-9_]*$")]
"""Name of the environment variable that holds a secret."""
WINDOW_PLACEHOLDERS = re.compile(r"\{(from|to)\}")
OF_A_SECRET = re.compile("password|passphrase|secret|token|access_key")
"""In the name of an option: its value belongs to the environment."""


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in value:
        raise ValueError("an address such as https://api.example.org/contacts, without user or password")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Database(Config):
    """A table or view of a SQL database, read through SQLAlchemy.

    `url_secret` names the variable with the URL, such as `postgresql+psycopg://user:password@host/db`.
    With a `cursor` (a column of times, dates or growing numbers) each day takes what came since the day
    before, from `initial` on; `overlap` (seconds, days, or numbers) is read again, for rows committed late.
    Rows without a cursor value are taken every day. Without a cursor the whole table is taken, for the
    newest day only.
    """

    kind: Literal["database"]
    url_secret: SecretName
    table: str = Field(min_length=1)
    db_schema: str | None = Field(default=None, alias="schema")
    cursor: str | None = Field(default=None, min_length=1)
    initial: date | StrictInt | None = None
    overlap: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _of_a_cursor(self) -> "Database":
        if self.cursor is None and (self.initial is not None or self.overlap):
            raise ValueError("initial and overlap belong to a cursor")
        return self

    @property
    def is_windowed(self) -> bool:
        """Whether a day's rows can be asked for."""
        return self.cursor is not None


class NoAuth(Config):
    """An API that asks for nothing."""

    kind: Literal["none"]


class Bearer(Config):
    """`Authorization: Bearer <secret>`."""

    kind: Literal["bearer"]
    secret: SecretName


class ApiKey(Config):
    """A secret in a header (or in the query) of this name."""

    kind: Literal["api_key"]
    name: str
    secret: SecretName
    location: Literal["header", "query"] = "header"


class Basic(Config):
    """HTTP basic authentication; both halves come from the environment."""

    kind: Literal["basic"]
    user_secret: SecretName
    password_secret: SecretName


class ClientCredentials(Config):
    """OAuth 2 client credentials (RFC 6749, 4.4)."""

    kind: Literal["oauth2"]
    token_url: WebAddress
    client_id_secret: SecretName
    client_secret: SecretName


Auth = Annotated[NoAuth | Bearer | ApiKey | Basic | ClientCredentials, Field(discriminator="kind")]


class SinglePage(Config):
    """All records in one answer."""

    kind: Literal["none"]


class PageNumber(Config):
    """`?page=1`, `?page=2` and so on, to an empty page or to the number of pages at `total`."""

    kind: Literal["page_number"]
    parameter: str = "page"
    first: int = 1
    total: str | None = None


class Offset(Config):
    """`?offset=0&limit=100`, to an empty page or to the number of records at `total`."""

    kind: Literal["offset"]
    limit: int = Field(ge=1)
    parameter: str = "offset"
    limit_parameter: str = "limit"
    total: str | None = None


class PageCursor(Config):
    """Each answer holds, at `path`, what `parameter` must be for the next one."""

    kind: Literal["cursor"]
    path: str
    parameter: str = "cursor"


class NextUrl(Config):
    """Each answer holds, at `path`, the address of the next one."""

    kind: Literal["next_url"]
    path: str = "next"


class LinkHeader(Config):
    """The header `Link` names the next page (RFC 8288)."""

    kind: Literal["link_header"]


Paging = Annotated[SinglePage | PageNumber | Offset | PageCursor | NextUrl | LinkHeader, Field(discriminator="kind")]


class Api(Config):
    """A REST API that answers in JSON.

    `records` is the path, such as `data.items`, to the list of records in an answer. In `params`, `{from}`
    and `{to}` stand for the day's window (times in UTC, ISO 8601), with `initial` as its first beginning;
    without them everything is taken, for the newest day only.
    """

    kind: Literal["api"]
    url: WebAddress
    params: dict[str, str] = {}
    records: str = "$"
    auth: Auth = NoAuth(kind="none")
    paging: Paging = SinglePage(kind="none")
    initial: date | None = None
    overlap: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _of_a_window(self) -> "Api":
        for name, value in self.params.items():
            if re.search(r"\{\w*\}", WINDOW_PLACEHOLDERS.sub("", value)):
                raise ValueError(f"params.{name}: the placeholders are {{from}} and {{to}}")
        if not self.is_windowed and (self.initial is not None or self.overlap):
            raise ValueError("initial and overlap belong to params with {from}")
        return self

    @property
    def is_windowed(self) -> bool:
        """Whether a day's records can be asked for."""
        return any(WINDOW_PLACEHOLDERS.search(value) for value in self.params.values())


class FileSystem(Config):
    """A place in an S3 bucket, on an SFTP server, or in another folder.

    `options` and `secrets` are dlt's credentials of the file system (`endpoint_url`, `region_name`;
    `aws_access_key_id`, `aws_secret_access_key`; `sftp_username`, `sftp_password`, `sftp_key_filename`), the
    latter with the name of the environment variable.
    """

    url: str
    options: dict[str, str | int] = {}
    secrets: dict[str, SecretName] = {}

    @field_validator("url")
    @classmethod
    def _served(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"s3", "sftp", "file"} or "@" in value:
            raise ValueError("an address such as s3://bucket/drop or sftp://host/drop, without a user")
        return value

    @field_validator("options")
    @classmethod
    def _harmless(cls, value: dict[str, str | int]) -> dict[str, str | int]:
        for name in value:
            if OF_A_SECRET.search(name):
                raise ValueError(f"{name} belongs under secrets, with the name of an environment variable")
        return value


class Files(FileSystem):
    """Files that a partner drops in a file system.

    `url` may contain `*` in its last part, and `{date}` (or `{date:%Y%m%d}`) where the names tell the day;
    without it the files are those of the newest day.
    """

    kind: Literal["files"]

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if re.search("[{}]", re.sub(r"\{date(:[%\w./-]+)?\}", "", value)):
            raise ValueError("{date} or {date:%Y%m%d}, and no other placeholder")
        if "*" in value.rpartition("/")[0]:
            raise ValueError("* stands in the last part of the address only")
        return value

    @property
    def is_windowed(self) -> bool:
        """Whether the names tell the day."""
        return "{date" in self.url


Connector = Annotated[Database | Api | Files, Field(discriminator="kind")]
