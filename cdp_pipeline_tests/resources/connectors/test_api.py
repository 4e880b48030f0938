from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cdp_pipeline.resources.connectors import api
from cdp_pipeline.resources.connectors.failures import FetchFailed
from cdp_pipeline_tests.resources.connectors.fetching import Fetching, table_of
from cdp_pipeline_tests.servers import Answer, Request, http_server

PEOPLE = [{"id": f"{n:03}", "name": f"n{n}"} for n in range(1, 8)]
TWO_A_PAGE = 2


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between the attempts."""
    monkeypatch.setattr(api, "SECONDS_BETWEEN_ATTEMPTS", 0.01)


def contacts(url: str, root: Path, load: str = "snapshot", **connector: Any) -> Fetching:
    asked = {"kind": "api", "url": f"{url}/contacts", "records": "data.items", **connector}
    return Fetching(root, table_of(asked, load, ("id", "name")))


def page(request: Request, first: int) -> dict[str, Any]:
    return {"data": {"items": PEOPLE[first : first + TWO_A_PAGE]}, "next": None, "total": len(PEOPLE)}


def by_number(request: Request) -> Answer:
    return Answer(page(request, (int(request.query["page"]) - 1) * TWO_A_PAGE))


def by_offset(request: Request) -> Answer:
    assert request.query["limit"] == "2"
    return Answer(page(request, int(request.query["offset"])))


def by_cursor(request: Request) -> Answer:
    first = int(request.query.get("after", "0"))
    following = str(first + TWO_A_PAGE) if first + TWO_A_PAGE < len(PEOPLE) else None
    return Answer({**page(request, first), "paging": {"after": following}})


def by_next_url(request: Request) -> Answer:
    first = int(request.query.get("first", "0"))
    following = f"/contacts?first={first + TWO_A_PAGE}" if first + TWO_A_PAGE < len(PEOPLE) else None
    return Answer({**page(request, first), "next": following})


def by_link_header(request: Request) -> Answer:
    first = int(request.query.get("first", "0"))
    link = f'<http://{request.headers["Host"]}/contacts?first={first + TWO_A_PAGE}>; rel="next"'
    return Answer(page(request, first), headers={"Link": link} if first + TWO_A_PAGE < len(PEOPLE) else {})


@pytest.mark.parametrize(
    ("answer", "paging"),
    [
        (by_number, {"kind": "page_number"}),
        (by_offset, {"kind": "offset", "limit": 2}),
        (by_offset, {"kind": "offset", "limit": 2, "total": "total"}),
        (by_cursor, {"kind": "cursor", "path": "paging.after", "parameter": "after"}),
        (by_next_url, {"kind": "next_url"}),
        (by_link_header, {"kind": "link_header"}),
    ],
)
def test_every_page_is_fetched(answer: Any, paging: dict[str, Any], tmp_path: Path) -> None:
    with http_server(answer) as url:
        fetching = contacts(url, tmp_path, paging=paging)
        assert fetching.day("2026-11-24").rows == len(PEOPLE)
    assert fetching.landed() == [(person["id"], person["name"]) for person in PEOPLE]


def test_a_server_that_gives_fewer_than_asked_for_loses_nothing(tmp_path: Path) -> None:
    def two_at_most(request: Request) -> Answer:
        return Answer(page(request, int(request.query["offset"])))

    with http_server(two_at_most) as url:
        fetching = contacts(url, tmp_path, paging={"kind": "offset", "limit": 5, "total": "total"})
        assert fetching.day("2026-11-24").rows == len(PEOPLE)


def test_an_empty_page_before_the_last_one_is_no_end(tmp_path: Path) -> None:
    def filtered(request: Request) -> Answer:
        shown = PEOPLE[:1] if request.query["page"] != "2" else []
        return Answer({"data": {"items": [{**person, "page": request.query["page"]} for person in shown]}, "pages": 3})

    with http_server(filtered) as url:
        fetching = contacts(url, tmp_path, paging={"kind": "page_number", "total": "pages"})
        assert fetching.day("2026-11-24").rows == 2


@pytest.mark.parametrize(
    ("answer", "paging", "told"),
    [
        (lambda r: Answer({"data": {"items": PEOPLE}, "total": 50}), {"kind": "offset", "limit": 50, "total": "total"}, "7 records came of the 50|the same records"),
        (lambda r: Answer({"data": {"items": PEOPLE}, "next": "/contacts"}), {"kind": "next_url"}, "names itself as the next"),
        (lambda r: Answer({"data": {"items": PEOPLE}, "c": "x"}), {"kind": "cursor", "path": "c"}, "the same records|names itself"),
        (lambda r: Answer({"data": {"items": PEOPLE}}), {"kind": "page_number"}, "two pages hold the same records"),
    ],
)  # fmt: skip
def test_paging_that_stands_still_or_ends_early_is_a_failure(
    answer: Any, paging: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with http_server(answer) as url, pytest.raises(FetchFailed, match=told):
        contacts(url, tmp_path, paging=paging).day("2026-11-24")


def test_secrets_go_to_the_configured_server_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "geheim")
    strangers: list[Request] = []
    auth = {"kind": "api_key", "name": "X-Key", "secret": "TOKEN"}
    with http_server(lambda request: strangers.append(request) or Answer({})) as elsewhere:
        following = Answer({"data": {"items": PEOPLE}, "next": f"{elsewhere}/contacts"})
        redirect = Answer("", status=302, headers={"Location": f"{elsewhere}/contacts"})
        for answer, told in ((following, "on another server"), (redirect, "sends elsewhere")):
            with http_server(lambda request, given=answer: given) as url, pytest.raises(FetchFailed, match=told):
                contacts(url, tmp_path, auth=auth, paging={"kind": "next_url"}).day("2026-11-24")
    assert strangers == []


def test_oauth_asks_for_a_token_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT", "cdp")
    monkeypatch.setenv("CLIENT_KEY", "geheim")

    def answer(request: Request) -> Answer:
        if request.path == "/token":
            return Answer({"access_token": "abc", "expires_in": 3600})
        right = request.headers.get("Authorization") == "Bearer abc"
        return Answer({"data": {"items": PEOPLE}}) if right else Answer("no", status=401)

    with http_server(answer) as url:
        auth = {
            "kind": "oauth2",
            "token_url": f"{url}/token",
            "client_id_secret": "CLIENT",
            "client_secret": "CLIENT_KEY",
        }
        assert contacts(url, tmp_path, auth=auth).day("2026-11-24").rows == len(PEOPLE)


def test_keys_are_the_records_own(tmp_path: Path) -> None:
    record = {
        "id": "1",
        "name": "right",
        "name ": "blank",
        'a"b': "quote",
        "a_b": "line",
        "_dlt_id": "d",
        "": "none",
        "x.y": "dot",
    }
    with http_server(lambda request: Answer({"data": {"items": [record]}})) as url:
        fetching = contacts(url, tmp_path)
        fetching.day("2026-11-24")
    names = pq.read_schema(fetching.file("2026-11-24")).names
    assert dict(zip(names, fetching.landed()[0], strict=True)) == {
        **{k: v for k, v in record.items() if k},
        "unnamed_7": "none",
    }


def test_a_key_that_no_record_has_is_an_empty_column_unless_it_is_needed(tmp_path: Path) -> None:
    with http_server(lambda request: Answer({"data": {"items": [{"id": "1"}]}})) as url:
        fetching = contacts(url, tmp_path)
        fetching.day("2026-11-24")
        assert fetching.landed() == [("1", None)]
    with (
        http_server(lambda request: Answer({"data": {"items": [{"name": "x"}]}})) as url,
        pytest.raises(FetchFailed, match=r"no record has \['id'\]"),
    ):
        contacts(url, tmp_path / "other").day("2026-11-24")


def test_half_a_surrogate_pair_arrives_as_its_escape(tmp_path: Path) -> None:
    with http_server(lambda request: Answer(b'{"data": {"items": [{"id": "1", "name": "x\\ud83d"}]}}')) as url:
        fetching = contacts(url, tmp_path)
        fetching.day("2026-11-24")
    assert fetching.landed() == [("1", "x\\ud83d")]


def test_a_server_that_fails_now_and_then_is_asked_again(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()

    def failing(request: Request) -> Answer:
        number = request.query["page"]
        asked[number] += 1
        if asked[number] > 1:
            return by_number(request)
        return {
            "1": Answer("busy", status=503),
            "2": Answer("slow down", status=429, headers={"Retry-After": "0"}),
            "3": Answer(by_number(request).body, cut_at=20),
        }.get(number, by_number(request))

    with http_server(failing) as url:
        fetching = contacts(url, tmp_path, paging={"kind": "page_number"})
        fetching.day("2026-11-24")
    assert [row[0] for row in fetching.landed()] == [person["id"] for person in PEOPLE]
    assert [asked[number] for number in "123"] == [2, 2, 2]


def test_a_server_that_stays_down_fails_the_day_and_keeps_what_landed(tmp_path: Path) -> None:
    answers = [Answer({"data": {"items": PEOPLE}})]
    with http_server(lambda request: answers[0]) as url:
        fetching = contacts(url, tmp_path)
        fetching.day("2026-11-24")
        before = fetching.file("2026-11-24").read_bytes()
        answers[0] = Answer("down", status=500)
        with pytest.raises(FetchFailed, match="answered 500"):
            fetching.day("2026-11-24")
    assert fetching.file("2026-11-24").read_bytes() == before


def test_values_land_as_they_are_written(tmp_path: Path) -> None:
    body = b"""{"data": {"items": [
        {"id": "007", "name": "2026-01-02T03:04:05Z", "n": 1.10, "e": 1e5, "big": 12345678901234567890123, "ok": true,
         "tags": ["a", {"x": 1.10}], "nothing": null, "\\u00c9 t": "\\u00e9"},
        {"id": "NA", "name": "", "late": "x"}]}}"""
    with http_server(lambda request: Answer(body)) as url:
        fetching = contacts(url, tmp_path)
        fetching.day("2026-11-24")
    names = ("id", "name", "n", "e", "big", "ok", "tags", "nothing", "É t", "late")
    one, two = (dict(zip(names, row, strict=True)) for row in fetching.landed())
    assert one["name"] == "2026-01-02T03:04:05Z"
    assert one == {
        "id": "007", "name": "2026-01-02T03:04:05Z", "n": "1.10", "e": "1e5", "big": "12345678901234567890123",
        "ok": "true", "tags": '["a", {"x": 1.10}]', "É t": "é", "late": None, "nothing": None,
    }  # fmt: skip
    assert two == {**dict.fromkeys(names), "id": "NA", "name": "", "late": "x"}


def test_a_window_is_asked_for_by_parameters(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    def answer(request: Request) -> Answer:
        asked.append((request.query["since"], request.query["until"]))
        return Answer({"data": {"items": []}})

    window = {"params": {"since": "{from}", "until": "{to}"}, "initial": "2026-11-01", "overlap": 60}
    with http_server(answer) as url:
        fetching = contacts(url, tmp_path, load="delta", **window)
        for day in ("2026-11-20", "2026-11-22"):
            assert fetching.day(day).rows == 0
    assert asked == [
        ("2026-10-31T22:59:00Z", "2026-11-20T23:00:00Z"),
        ("2026-11-20T22:59:00Z", "2026-11-22T23:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"kind": "bearer", "secret": "TOKEN"}, "Authorization", "Bearer geheim"),
        ({"kind": "api_key", "name": "X-Key", "secret": "TOKEN"}, "X-Key", "geheim"),
        (
            {"kind": "basic", "user_secret": "USER_NAME", "password_secret": "TOKEN"},
            "Authorization",
            "Basic dTpnZWhlaW0=",
        ),
    ],
)
def test_secrets_come_from_the_environment(
    auth: dict[str, str], header: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "geheim")
    monkeypatch.setenv("USER_NAME", "u")

    def guarded(request: Request) -> Answer:
        right = request.headers.get(header) == value
        return Answer({"data": {"items": PEOPLE}}) if right else Answer("no", status=401)

    with http_server(guarded) as url:
        fetching = contacts(url, tmp_path, auth=auth)
        assert fetching.day("2026-11-24").rows == len(PEOPLE)
        monkeypatch.setenv("TOKEN", "wrong")
        with pytest.raises(FetchFailed, match="answered 401") as failure:
            fetching.day("2026-11-24")
        assert "wrong" not in str(failure.value)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": "no"}, "no list at 'data.items'"),
        ({"data": {"items": {"id": 1}}}, "no list at 'data.items'"),
        ({"data": {"items": [1, 2]}}, "no objects"),
        (b"<html>Sign in</html>", "not JSON"),
    ],
)
def test_an_answer_without_records_is_a_failure_and_no_empty_day(body: object, told: str, tmp_path: Path) -> None:
    with http_server(lambda request: Answer(body)) as url, pytest.raises(FetchFailed, match=told):
        contacts(url, tmp_path).day("2026-11-24")
    assert not list(tmp_path.rglob("*.parquet"))
