"""Every channel through real Apprise to a real receiver: what arrives, and what each kind of failure is called."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import apprise
import pendulum
import pytest

import clock
from gateways.notifier import AppriseNotifier, Delivery, Message, RecordingNotifier, _without_secrets
from tests.support.channels import BOTS, HTTP, MESSAGE, NOW, address_of, notifier_to, send_over
from tests.support.receivers import HttpRecorder, MailServer, http_recorder, mail_server

__all__ = ["http_recorder", "mail_server"]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.use(clock.StoryClock(pendulum.datetime(2022, 5, 1, 2))):
        yield


@pytest.mark.parametrize(
    ("channel", "path", "query", "text"),
    [
        (
            "wecombot",
            "/gateway/cgi-bin/webhook/send",
            {"key": ["secretkey123"]},
            lambda document: (document["msgtype"], document["text"]["content"]),
        ),
        (
            "dingtalk",
            "/gateway/robot/send",
            {"access_token": ["secretkey123"]},
            lambda document: (document["msgtype"], document["text"]["content"]),
        ),
        (
            "feishu",
            "/gateway/open-apis/bot/v2/hook/secretkey123/",
            {},
            lambda document: (document["msg_type"], document["content"]["text"]),
        ),
    ],
)
def test_a_bot_gets_title_and_body_in_one_text(
    http_recorder: HttpRecorder,
    channel: str,
    path: str,
    query: dict[str, list[str]],
    text: Callable[[dict[str, dict[str, str]]], tuple[str, str]],
) -> None:
    delivery = send_over(channel, http_recorder)

    assert delivery == Delivery(delivered=True, proof=f"{channel} 200 errcode 0 {NOW}", permanent=False)
    [request] = http_recorder.received
    assert (request.path, request.query) == (path, query)
    kind, content = text(request.json())
    assert kind == "text"
    assert content.splitlines() == [MESSAGE.title, *MESSAGE.body.splitlines()]


def test_a_json_webhook_gets_the_fields_and_the_notice_id(http_recorder: HttpRecorder) -> None:
    assert send_over("json", http_recorder) == Delivery(delivered=True, proof=f"json 200 {NOW}", permanent=False)
    [request] = http_recorder.received
    document = request.json()
    assert (document["title"], document["message"], document["type"]) == (MESSAGE.title, MESSAGE.body, "info")
    assert (request.path, request.headers["x-notice-id"]) == ("/hook", "n-1")


def test_a_form_webhook_gets_the_fields_and_the_notice_id(http_recorder: HttpRecorder) -> None:
    assert send_over("form", http_recorder).delivered
    [request] = http_recorder.received
    form = request.form()
    assert (form["title"], form["message"]) == (MESSAGE.title, MESSAGE.body)
    assert request.headers["x-notice-id"] == "n-1"


def test_an_urgent_notice_is_marked(http_recorder: HttpRecorder) -> None:
    urgent = Message("n-2", "红牌", "已逾期", urgent=True)
    assert notifier_to(http_recorder).send(address_of("json", http_recorder), urgent).delivered
    assert http_recorder.received[0].json()["type"] == "warning"


def test_a_mail_arrives(mail_server: MailServer) -> None:
    delivery = AppriseNotifier(60).send(mail_server.url("test-a@example.com"), MESSAGE)

    assert delivery == Delivery(delivered=True, proof=f"mailto accepted {NOW}", permanent=False)
    [(recipients, mail)] = mail_server.received
    assert recipients == ["test-a@example.com"]
    assert (mail["Subject"], mail["X-Notice-Id"]) == (MESSAGE.title, "n-1")
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().split() == MESSAGE.body.split()


@pytest.mark.parametrize("channel", HTTP)
def test_a_refused_connection_may_pass(http_recorder: HttpRecorder, channel: str) -> None:
    http_recorder.go_away()
    assert send_over(channel, http_recorder) == Delivery(
        delivered=False, proof=f"{channel} ConnectionError {NOW}", permanent=False, silent=True
    )


@pytest.mark.parametrize("channel", HTTP)
@pytest.mark.parametrize(("status", "permanent"), [(500, False), (404, False), (401, False), (410, True)])
def test_a_failing_server(http_recorder: HttpRecorder, channel: str, status: int, permanent: bool) -> None:
    http_recorder.answer(status, {"errcode": 0, "code": 0})
    assert send_over(channel, http_recorder) == Delivery(
        delivered=False, proof=f"{channel} {status} {NOW}", permanent=permanent
    )


@pytest.mark.parametrize("channel", HTTP)
def test_a_redirect_is_no_delivery(http_recorder: HttpRecorder, channel: str) -> None:
    http_recorder.answer(302, {"errcode": 0, "code": 0}, {"Location": f"{http_recorder.url}/login"})
    delivery = send_over(channel, http_recorder)
    assert (delivery.delivered, delivery.proof) == (False, f"{channel} 302 {NOW}")
    assert len(http_recorder.received) == 1


@pytest.fixture
def patient_apprise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose own limits are far beyond those that it is given, so that a slow machine is not taken for them."""
    for limit in ("socket_read_timeout", "socket_connect_timeout"):
        monkeypatch.setattr(apprise.URLBase, limit, 600.0)


@pytest.mark.usefixtures("patient_apprise")
@pytest.mark.parametrize("channel", HTTP)
def test_a_hanging_receiver_costs_the_timeout_and_no_more(http_recorder: HttpRecorder, channel: str) -> None:
    http_recorder.hang()
    begun = time.perf_counter()
    delivery = send_over(channel, http_recorder, timeout=0.2)
    assert time.perf_counter() - begun < 60
    assert delivery == Delivery(delivered=False, proof=f"{channel} ReadTimeout {NOW}", permanent=False, silent=True)


@pytest.mark.parametrize(
    ("channel", "document", "permanent"),
    [
        ("wecombot", {"errcode": 93000, "errmsg": "invalid webhook url secretkey123"}, True),
        ("wecombot", {"errcode": 45009, "errmsg": "api freq out of limit"}, False),
        ("dingtalk", {"errcode": 300001, "errmsg": "token is not exist"}, True),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, False),
        ("feishu", {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}, True),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, False),
    ],
)
def test_a_bot_that_answers_200_with_a_code_has_refused(
    http_recorder: HttpRecorder, channel: str, document: dict[str, object], permanent: bool
) -> None:
    http_recorder.answer(200, document)
    code = document.get("errcode", document.get("code"))
    assert send_over(channel, http_recorder) == Delivery(
        delivered=False, proof=f"{channel} 200 errcode {code} {NOW}", permanent=permanent
    )


@pytest.mark.parametrize("channel", BOTS)
@pytest.mark.parametrize(
    "body",
    [b"<html>please log in</html>", b"[]", b'{"errmsg": "ok"}', b'{"errcode": null}', b'{"errcode": false}', b""],
)
def test_an_answer_without_a_code_is_no_delivery(http_recorder: HttpRecorder, channel: str, body: bytes) -> None:
    http_recorder.answer(200, body)
    assert send_over(channel, http_recorder) == Delivery(
        delivered=False, proof=f"{channel} 200 without errcode {NOW}", permanent=False
    )


def test_feishus_older_bots_answer_with_another_field(http_recorder: HttpRecorder) -> None:
    http_recorder.answer(200, {"StatusCode": 0, "StatusMessage": "success"})
    assert send_over("feishu", http_recorder).delivered


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("550 5.1.1 no such user", True),
        ("550 no such user", True),
        ("553 5.1.3 bad name", True),
        ("550 5.7.1 relaying denied", False),
        ("550 5.2.2 mailbox full", False),
        ("552 5.2.2 mailbox full", False),
        ("450 4.2.0 greylisted", False),
    ],
)
def test_a_refused_mail_recipient(mail_server: MailServer, answer: str, permanent: bool) -> None:
    mail_server.refuse("test-a@example.com", answer)
    assert AppriseNotifier(60).send(mail_server.url("test-a@example.com"), MESSAGE) == Delivery(
        delivered=False, proof=f"mailto {answer[:3]} recipient refused {NOW}", permanent=permanent
    )
    assert mail_server.received == []


def test_a_mail_server_that_is_away_may_come_back(mail_server: MailServer) -> None:
    mail_server.go_away()
    assert AppriseNotifier(60).send(mail_server.url("test-a@example.com"), MESSAGE) == Delivery(
        delivered=False, proof=f"mailto ConnectionRefusedError {NOW}", permanent=False, silent=True
    )


@pytest.mark.usefixtures("patient_apprise")
def test_a_mail_server_that_never_greets_costs_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"mailto://example.com:{silent.getsockname()[1]}?smtp=127.0.0.1&from=a@example.com&to=b@example.com"
        begun = time.perf_counter()
        delivery = AppriseNotifier(0.2).send(address, MESSAGE)
    assert time.perf_counter() - begun < 60
    assert delivery == Delivery(
        delivered=False, proof=f"mailto SMTPServerDisconnected {NOW}", permanent=False, silent=True
    )


@pytest.mark.parametrize(
    ("address", "schema"),
    [
        ("wecombot://", "wecombot"),
        ("wecombot://not+a+key", "wecombot"),
        ("nosuchthing://secretkey123", "nosuchthing"),
        ("secretkey123", "unknown"),
        ("", "unknown"),
        ("mailto://127.0.0.1?to=test-a@example.com", "mailto"),
    ],
)
def test_an_address_nobody_can_use_is_permanent(address: str, schema: str) -> None:
    assert AppriseNotifier(1).send(address, MESSAGE) == Delivery(
        delivered=False, proof=f"{schema} unusable address {NOW}", permanent=True
    )


@pytest.mark.parametrize("receiver", ["secretuser%20secretkey123", "13800000001", "test-a@", "%2C"])
def test_a_mail_address_that_is_none_is_permanent(mail_server: MailServer, receiver: str) -> None:
    assert AppriseNotifier(1).send(mail_server.url(receiver), MESSAGE) == Delivery(
        delivered=False, proof=f"mailto unusable address {NOW}", permanent=True
    )
    assert mail_server.received == []


def test_an_empty_message_is_not_delivered_and_the_plugins_complaint_is_the_reason(http_recorder: HttpRecorder) -> None:
    assert notifier_to(http_recorder).send(address_of("wecombot", http_recorder), Message("n-3", "", "")) == Delivery(
        delivered=False, proof=f"wecombot No message content specified to deliver {NOW}", permanent=False
    )
    assert http_recorder.received == []


@pytest.mark.parametrize(
    ("complaint", "shown"),
    [
        ("Dropped invalid phone # (138 0000 0001) specified.", "Dropped invalid phone # … specified."),
        ('Sending email to "测试乙" failed.', "Sending email to … failed."),
        ("no route to test-a@example.com", "no route to …"),
        ("bad url https://host/?key=abc", "bad url …"),
        ("the key secretkey123 of secretuser is bad", "the key … of … is bad"),
        ("call 13912345678", "call …"),
    ],
)
def test_a_complaint_is_shown_without_secrets(complaint: str, shown: str) -> None:
    assert _without_secrets(complaint, ["json://secretuser:secretkey123@h"]) == shown


def test_what_a_plugin_raises_is_a_failed_delivery(http_recorder: HttpRecorder) -> None:
    """A notice id that fits in no header makes the HTTP library raise."""
    broken = Message("n-4\r\nEvil: yes", "标题", "正文")
    delivery = notifier_to(http_recorder).send(address_of("json", http_recorder), broken)
    assert delivery == Delivery(delivered=False, proof=f"json InvalidHeader {NOW}", permanent=False)
    assert http_recorder.received == []


@pytest.mark.parametrize("wish", ["retry=3&wait=5", "optional=yes", "redirect=yes", "rto=60&cto=60"])
def test_an_address_cannot_ask_for_retries_or_for_lies(http_recorder: HttpRecorder, wish: str) -> None:
    http_recorder.answer(500)
    delivery = notifier_to(http_recorder).send(f"json://127.0.0.1:{http_recorder.port}/?{wish}", MESSAGE)
    assert not delivery.delivered
    assert len(http_recorder.received) == 1


def test_an_optional_receiver_that_is_away_has_not_been_reached(http_recorder: HttpRecorder) -> None:
    http_recorder.go_away()
    delivery = notifier_to(http_recorder).send(f"json://127.0.0.1:{http_recorder.port}/?optional=yes", MESSAGE)
    assert delivery == Delivery(delivered=False, proof=f"json ConnectionError {NOW}", permanent=False, silent=True)


def test_the_recording_notifier_keeps_and_fails_as_told() -> None:
    notifier = RecordingNotifier()
    notifier.fail("json://a", permanent=True)
    assert notifier.send("json://a", MESSAGE) == Delivery(delivered=False, proof=f"json refused {NOW}", permanent=True)
    assert notifier.send("json://b", MESSAGE).delivered
    notifier.fail()
    assert notifier.send("json://b", MESSAGE) == Delivery(delivered=False, proof=f"json refused {NOW}", permanent=False)
    notifier.recover()
    assert notifier.send("json://a", MESSAGE).delivered
    assert [address for address, _ in notifier.sent] == ["json://b", "json://a"]
    assert [address for address, _ in notifier.refused] == ["json://a", "json://b"]
