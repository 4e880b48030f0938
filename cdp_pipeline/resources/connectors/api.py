"""REST APIs that answer in JSON, through dlt's REST client: its paging, authentication and retries.

A request is sent again when the server can't be reached, breaks off, or answers 429 or 5xx; an answer
without the list of records is a failure, not an empty page. Numbers stay as they are written.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import dlt
import simplejson
from dlt.common import jsonpath
from dlt.extract import DltResource
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import auth, paginators
from dlt.sources.helpers.rest_client.client import RESTClient
from requests import ConnectionError, Request, Response, Timeout
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
    """Gives the records with their numbers as written; goes to no other server, and to no page twice."""

    def __init__(self, connector: config.Api) -> None:
        super().__init__(
            base_url=connector.url,
            auth=_auth(connector.auth),
            session=Client(
                raise_for_status=False,
                request_max_attempts=ATTEMPTS,
                request_backoff_factor=SECONDS_BETWEEN_ATTEMPTS,
                exceptions=UNREACHABLE,
            ).session,
        )
        self._asked: set[str] = set()

    def _send_request(self, request: Request, **kwargs: Any) -> Response:
        """Secrets go to the configured server only; paging that stands still is a failure."""
        if _origin(str(request.url)) != _origin(self.base_url):
            raise FetchFailed("the next page is on another server than connector.url; it is not asked for")
        address = str(self.session.prepare_request(request).url)
        if address in self._asked:
            raise FetchFailed("a page names itself as the next one; correct connector.paging")
        self._asked.add(address)
        response = super()._send_request(request, allow_redirects=False, **kwargs)
        if response.is_redirect:
            raise FetchFailed("the server sends elsewhere; give the final address in connector.url")
        return response

    def extract_response(self, response: Response, data_selector: jsonpath.TJsonPath) -> list[Any]:
        """The list at the path; raises FetchFailed where there is none."""
        try:
            answer = simplejson.loads(response.content, parse_float=simplejson.RawJSON, parse_int=simplejson.RawJSON)
        except ValueError:
            raise FetchFailed("the answer is not JSON in UTF-8; correct connector.url") from None
        found = jsonpath.find_values(data_selector, answer)
        if len(found) != 1 or not isinstance(found[0], list):
            raise FetchFailed(f"the answer has no list at '{data_selector}'; correct connector.records")
        if not all(isinstance(record, dict) for record in found[0]):
            raise FetchFailed(
                f"the list at '{data_selector}' holds values that are no objects; correct connector.records"
            )
        return found[0]


class _OffsetPaginator(paginators.OffsetPaginator):
    """Goes on after the records that came, which may be fewer than asked for."""

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """Advance by the page's length."""
        self.value_step = len(data or ())
        super().update_state(response, data)


def records(connector: config.Api, window: Window | None, names: list[str]) -> DltResource:
    """The window's records, page by page, every value as text.

    The keys become c0, c1 and so on; `names` gathers what they are called, in the order they are met.
    """

    def pages() -> Iterator[list[dict[str, str | None]]]:
        """Yields the records of each page; raises FetchFailed where paging stands still or ends early."""
        places: dict[str, str] = {}
        before, count = None, 0
        for page in _Client(connector).paginate(
            params=_params(connector, window), paginator=_paginator(connector.paging), data_selector=connector.records
        ):
            if page and list(page) == before:
                raise FetchFailed("two pages hold the same records; correct connector.paging")
            before, count = list(page), count + len(page)
            for name in dict.fromkeys(name for record in page for name in record):
                if name not in places:
                    places[name] = f"c{len(places)}"
                    names.append(_plain(name))
            yield [{places[name]: _text(value) for name, value in record.items()} for record in page]
        _require_all(connector.paging, page.response, count)

    return dlt.resource(pages, name="records")


def _require_all(paging: config.Paging, response: Response, count: int) -> None:
    """Raises FetchFailed where an answer promises more records than came."""
    if isinstance(paging, config.Offset) and paging.total:
        promised = int(jsonpath.find_values(paging.total, response.json())[0])
        if count < promised:
            raise FetchFailed(f"{count} records came of the {promised} that the answers promise; run the day again")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


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
    if value is None:
        return None
    return _plain(value if isinstance(value, str) else simplejson.dumps(value, ensure_ascii=False))


def _plain(text: str) -> str:
    """A half of a surrogate pair, which is no character, written as its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


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
                access_token_url=asked.token_url,
                client_id=secret(asked.client_id_secret),
                client_secret=secret(asked.client_secret),
            )
    return None


def _paginator(paging: config.Paging) -> paginators.BasePaginator:
    match paging:
        case config.PageNumber():
            return paginators.PageNumberPaginator(
                base_page=paging.first,
                page_param=paging.parameter,
                total_path=paging.total,
                stop_after_empty_page=paging.total is None,
            )
        case config.Offset():
            return _OffsetPaginator(
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
