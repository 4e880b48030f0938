import pytest
import sqlalchemy as sa
from requests import ConnectionError, HTTPError, Response

from cdp_pipeline.resources.connectors.failures import FetchFailed, told


def caused(error: Exception) -> Exception:
    """The error, as a library raises it on behalf of another."""
    try:
        raise RuntimeError("row 7: jean@example.org") from error
    except RuntimeError as outer:
        return outer


def answered(status: int) -> HTTPError:
    response = Response()
    response.status_code, response.reason = status, "Gone"
    return HTTPError("https://api.example.org/?key=geheim", response=response)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FetchFailed("no column 'x'"), "no column 'x'"),
        (answered(410), "the server answered 410 Gone"),
        (ConnectionError("https://api.example.org/?key=geheim"), "the server can't be reached (ConnectionError)"),
        (sa.exc.OperationalError("select", {}, Exception("connection refused")), "connection refused"),
        (sa.exc.DataError("select", {}, Exception("bad value: jean")), "the database refused the query (Exception, SQLSTATE unknown)"),
        (PermissionError("no entry"), "PermissionError: no entry"),
    ],
)  # fmt: skip
def test_the_cause_at_the_bottom_is_told(error: Exception, words: str) -> None:
    assert told(caused(error), []) == words


def test_words_of_any_other_kind_are_not_repeated() -> None:
    assert told(caused(ValueError("jean@example.org")), []).startswith("it ended with ValueError;")


def test_secrets_are_hidden_and_short_ones_are_part_of_words() -> None:
    assert told(FetchFailed("host geheim is away"), ["geheim", "a"]) == "host *** is away"
