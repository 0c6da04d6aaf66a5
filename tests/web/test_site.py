"""What holds for every page: whose address is whose, headers, foreign forms, faults of ours, files."""

from __future__ import annotations

import asyncio
import logging

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.guards import Guard
from api.limits import Limits, Rate
from services import intake
from services.context import Context
from tests.support.pages import Visitor

LAMPS = "文化路街道广济路路灯不亮，晚上出行不安全"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/queue", 401),
        ("GET", "/progress/NOSUCHCODE22", 404),
        ("DELETE", "/petitions", 405),
        ("POST", "/petitions", 422),
        ("GET", "/nosuch", 404),
        ("POST", "/nosuch", 404),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_programs_are_answered_by_the_api_as_before(
    visitor: Visitor, method: str, path: str, status: int, accept: str
) -> None:
    answer = visitor.client.request(method, path, headers={"Accept": accept}, json={})
    assert answer.status_code == status
    assert "json" in answer.headers["content-type"]


def test_a_browser_reads_the_api_too(visitor: Visitor) -> None:
    answer = visitor.client.get("/progress/NOSUCHCODE22", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert visitor.client.get("/docs").status_code == 200


def test_a_browser_that_knows_no_such_page_is_told_where_to_go_on(visitor: Visitor) -> None:
    page = visitor.open("/nosuch")
    assert (page.status, "没有这个页面" in page.text) == (404, True)
    assert "/" in page.links


def test_every_page_carries_the_strict_headers(visitor: Visitor) -> None:
    for path in ("/", "/follow", "/nosuch"):
        headers = visitor.open(path).answer.headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("no-referrer", "nosniff")
        assert headers["cache-control"] == ("private, no-cache" if path == "/" else "no-store")
        assert "HttpOnly" in headers.get("set-cookie", "HttpOnly")


def test_a_page_with_somebodys_words_is_kept_by_no_browser(visitor: Visitor) -> None:
    page = visitor.send(visitor.open("/").form("/report"), text=LAMPS, contact="?")
    assert page.answer.headers["cache-control"] == "no-store"
    assert visitor.report(LAMPS).answer.headers["cache-control"] == "no-store"


def test_no_page_has_scripts_or_styles_of_its_own(visitor: Visitor) -> None:
    for path in ("/", "/follow"):
        html = visitor.open(path).html
        assert "<style" not in html
        assert " style=" not in html
        assert " on" not in "".join(part.split(">")[0].split('"')[0] for part in html.split("<input")[1:])
        assert html.count("<script") == html.count("<script src=")


def test_over_https_cookies_travel_over_https_alone(visitor: Visitor) -> None:
    visitor.client.base_url = "https://testserver"
    cookie = visitor.open("/").answer.headers["set-cookie"]
    assert cookie.startswith("__Host-visitor="), "a neighbour under the same domain cannot set it"
    assert "; Path=/;" in cookie
    assert "; Secure" in cookie
    assert "max-age=31536000" in visitor.client.get("/health").headers["strict-transport-security"]


def test_over_plain_http_nothing_is_promised_of_https(visitor: Visitor) -> None:
    assert "strict-transport-security" not in visitor.open("/").answer.headers


def test_a_form_of_another_site_is_not_taken(visitor: Visitor) -> None:
    form = visitor.open("/").form("/report")
    answer = visitor.client.post(
        "/report", data=form.fields | {"text": LAMPS}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert LAMPS not in answer.text


def test_a_form_of_another_browser_is_shown_again_and_not_taken(visitor: Visitor, context: Context) -> None:
    form = Visitor(context).open("/").form("/report")
    page = visitor.send(form, text=LAMPS)
    assert page.status == 409
    assert LAMPS in page.text
    assert visitor.send(page.form("/report")).status == 201


def test_anonymous_people_are_held_to_a_rate(context: Context) -> None:
    visitor = Visitor(context, Limits(registrations=Rate(1, 60), look_ups=Rate(2, 60)))
    assert visitor.report(LAMPS).status == 201
    page = visitor.report("税郭镇自来水浑浊发黄，没法喝")
    assert (page.status, page.answer.headers["retry-after"]) == (429, "60")
    assert "60秒后再试" in page.text
    assert "您写的没有丢" in page.text


def test_the_pages_and_the_api_share_one_allowance(context: Context) -> None:
    visitor = Visitor(context, Limits(registrations=Rate(1, 60), look_ups=Rate(9, 1)))
    assert visitor.report(LAMPS).status == 201
    assert visitor.client.post("/petitions", json={"channel": "web", "text": LAMPS}).status_code == 429


def test_a_fault_of_ours_shows_and_logs_nothing_of_the_petition(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"cannot store {LAMPS}")

    monkeypatch.setattr(intake, "next_case_number", broken)
    page = visitor.report(LAMPS)
    assert page.status == 500
    assert "urn:uuid:" in page.text
    assert LAMPS not in page.html + caplog.text
    assert any(record.levelno == logging.ERROR for record in caplog.records)


def test_too_much_is_refused_in_words(visitor: Visitor) -> None:
    page = visitor.send(visitor.open("/").form("/report"), text="灯" * 200_000)
    assert (page.status, "内容太多" in page.text) == (413, True)


def test_a_file_keeps_its_name_while_it_keeps_its_content(visitor: Visitor) -> None:
    html = visitor.open("/").html
    address = html.split('rel="stylesheet" href="')[1].split('"')[0]
    plain = visitor.client.get(address, headers={"Accept-Encoding": "identity"})
    packed = visitor.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in plain.headers["cache-control"]
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert visitor.client.get(address.replace("style.", "style.0")).status_code == 404


def test_a_fault_in_the_middle_of_an_answer_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    async def breaking(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError(f"cannot send {LAMPS}")

    sent: list[Message] = []

    async def sending(message: Message) -> None:
        sent.append(message)

    async def receiving() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "path": "/", "method": "GET", "headers": []}
    asyncio.run(Guard(breaking)(scope, receiving, sending))  # raised, it would be logged with its words by the server
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert LAMPS not in caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/report", "/"),
        ("/follow/SZ-20260302-00001/rate", "/follow"),
        ("/tasks/sign", "/sign-in"),
        ("/calls/1/attempt", "/sign-in"),
        ("/press/track", "/sign-in"),
    ],
)
def test_an_address_that_only_forms_go_to_opens_the_page_of_its_form(visitor: Visitor, address: str, page: str) -> None:
    """A telephone that was put away opens it anew; whoever has no code or session there is asked for it."""
    opened = visitor.open(address)
    assert (opened.status, opened.path.partition("?")[0]) == (200, page)
