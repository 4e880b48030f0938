"""What a failed fetch may say: what happened, where, what to do; never a secret or a person's value."""

from collections.abc import Iterable

import sqlalchemy as sa
from botocore.exceptions import BotoCoreError, ClientError
from paramiko import SSHException
from requests import HTTPError, RequestException

SHORTEST_HIDDEN = 4
"""A secret of fewer letters is part of ordinary words."""


class FetchFailed(Exception):
    """A source's data can't be fetched; the message names the cause and what to do."""


def told(error: BaseException, secrets: Iterable[str]) -> str:
    """The cause at the bottom of an error, of the kinds whose words are about the system and not its data."""
    causes = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    known = next((text for cause in reversed(causes) if (text := _known(cause))), None)
    text = known or f"it ended with {type(causes[-1]).__name__}; compare connector with what the source offers"
    for hidden in secrets:
        if len(hidden) >= SHORTEST_HIDDEN:
            text = text.replace(hidden, "***")
    return text


def _known(error: BaseException) -> str | None:
    """The error's own words, where they hold nothing of the data; none for any other kind."""
    if isinstance(error, FetchFailed):
        return str(error)
    if isinstance(error, HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, RequestException):
        return f"the server can't be reached ({type(error).__name__})"
    if isinstance(error, ClientError):
        return f"the store answered {error.response.get('Error', {}).get('Code', 'an error')}"
    if isinstance(error, sa.exc.DBAPIError):
        return _of_database(error)
    if isinstance(error, BotoCoreError | SSHException | OSError):
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    return None


def _of_database(error: sa.exc.DBAPIError) -> str:
    """The driver's words where no connection came about; of a query the code alone, for words may hold values."""
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, sa.exc.OperationalError) and state is None:
        return str(error.orig).partition("\n")[0]
    return f"the database refused the query ({type(error.orig).__name__}, SQLSTATE {state or 'unknown'})"
