"""REST APIs that answer in JSON, through dlt's REST client: its paging, authentication and retries.

A request is sent again when the server can't be reached, breaks off, or answers 429 or 5xx; an answer
without the list of records is a failure, not an empty page. Numbers stay as they are written.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dlt
import simplejson
from dlt.common import jsonpath
from dlt.extract import DltResource
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import auth, paginators
from dlt.sources.helpers.rest_client.client import RESTClient
from requests import ConnectionError, Response, Timeout
from requests.exceptions import ChunkedEncodingError

from cdp_pipeline.config import connectors as config
from cdp_pipeline.domain.windows import Window, earlier
from cdp_pipeline.resources.connectors.failures import FetchFailed
from cdp_pipeline.settings import secret

ATTEMPTS = 6
SECONDS_BETWEEN_ATTEMPTS = 1.0
"""Before the second attempt; twice as long before each one after it, where the answer does not say."""
UNREACHABLE = (Timeout, ConnectionError, ChunkedEncodingError)
BEGINNING = "0001-01-01T00:00:00Z"


class _Client(RESTClient):
    """Gives the records with their numbers as written."""

    def extract_response(self, response: Response, data_selector: jsonpath.TJsonPath) -> list[Any]:
        """The list at the path; raises FetchFailed where there is none."""
        try:
            answer = simplejson.loads(response.content, parse_float=simplejson.RawJSON, parse_int=simplejson.RawJSON)
        except ValueError:
            raise FetchFailed("the answer is not JSON; correct connector.url") from None
        found = jsonpath.find_values(data_selector, answer)
        if len(found) != 1 or not isinstance(found[0], list):
            raise FetchFailed(f"the answer has no list at '{data_selector}'; correct connector.records")
        if not all(isinstance(record, dict) for record in found[0]):
            raise FetchFailed(
                f"the list at '{data_selector}' holds values that are no objects; correct connector.records"
            )
        return found[0]


def records(connector: config.Api, window: Window | None, seen: dict[str, None]) -> DltResource:
    """The window's records, page by page, every value as text; `seen` gathers the names of their keys."""

    def pages() -> Iterator[list[dict[str, str | None]]]:
        client = _Client(
            base_url=connector.url,
            auth=_auth(connector.auth),
            session=Client(
                raise_for_status=False,
                request_max_attempts=ATTEMPTS,
                request_backoff_factor=SECONDS_BETWEEN_ATTEMPTS,
                exceptions=UNREACHABLE,
            ).session,
        )
        for page in client.paginate(
            params=_params(connector, window), paginator=_paginator(connector.paging), data_selector=connector.records
        ):
            for record in page:
                seen.update(dict.fromkeys(record))
            yield [{name: _text(value) for name, value in record.items()} for record in page]

    return dlt.resource(pages, name="records")


def _params(connector: config.Api, window: Window | None) -> dict[str, str]:
    bounds = {"from": BEGINNING, "to": BEGINNING}
    if window is not None and isinstance(window.start, datetime):
        bounds["from"] = _instant(earlier(window.start, connector.overlap))
    if window is not None:
        bounds["to"] = _instant(window.end)
    return {
        name: config.WINDOW_PLACEHOLDERS.sub(lambda match: bounds[match.group(1)], value)
        for name, value in connector.params.items()
    }


def _instant(position: Any) -> str:
    return f"{position:%Y-%m-%dT%H:%M:%SZ}"


def _text(value: Any) -> str | None:
    """A value as the answer has it: texts as they are, everything else as JSON."""
    return value if value is None or isinstance(value, str) else simplejson.dumps(value, ensure_ascii=False)


def _auth(asked: config.Auth) -> auth.AuthConfigBase | None:
    match asked:
        case config.Bearer():
            return auth.BearerTokenAuth(secret(asked.secret))
        case config.ApiKey():
            return auth.APIKeyAuth(name=asked.name, api_key=secret(asked.secret), location=asked.location)
        case config.Basic():
            return auth.HttpBasicAuth(secret(asked.user_secret), secret(asked.password_secret))
        case config.ClientCredentials():
            return auth.OAuth2ClientCredentials(
                asked.token_url, client_id=secret(asked.client_id_secret), client_secret=secret(asked.client_secret)
            )
    return None


def _paginator(paging: config.Paging) -> paginators.BasePaginator:
    match paging:
        case config.PageNumber():
            return paginators.PageNumberPaginator(
                base_page=paging.first, page_param=paging.parameter, total_path=paging.total
            )
        case config.Offset():
            return paginators.OffsetPaginator(
                paging.limit,
                offset_param=paging.parameter,
                limit_param=paging.limit_parameter,
                total_path=paging.total,
            )
        case config.PageCursor():
            return paginators.JSONResponseCursorPaginator(cursor_path=paging.path, cursor_param=paging.parameter)
        case config.NextUrl():
            return paginators.JSONLinkPaginator(next_url_path=paging.path)
        case config.LinkHeader():
            return paginators.HeaderLinkPaginator()
    return paginators.SinglePagePaginator()
