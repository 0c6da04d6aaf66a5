"""What a send leaves behind: nothing secret in proof or log, and one thread's journal is never another's."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pendulum
import pytest

import clock
from gateways.notifier import Message
from tests.support.channels import BOTS, HTTP, MESSAGE, NOW, SECRETS, address_of, notifier_to, send_over
from tests.support.receivers import HttpRecorder, MailServer, http_recorder, mail_server

__all__ = ["http_recorder", "mail_server"]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.use(clock.StoryClock(pendulum.datetime(2022, 5, 1, 2))):
        yield


@pytest.fixture
def all_logs() -> Iterator[list[str]]:
    """Everything any logger hands to the root, at the lowest level."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name != "mail.log":  # the receiving mail server's own
                lines.append(f"{record.name} {record.getMessage()}")

    root, handler = logging.getLogger(), Keep(0)
    level = root.level
    root.addHandler(handler)
    root.setLevel(0)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def test_an_error_of_the_caller_is_not_taken_for_one_of_the_send(http_recorder: HttpRecorder) -> None:
    http_recorder.go_away()
    try:
        int("the caller is busy with this")
    except ValueError:
        assert send_over("json", http_recorder).proof == f"json ConnectionError {NOW}"


@pytest.mark.parametrize("trouble", ["none", "refused", "code", "hanging", "away", "unusable"])
@pytest.mark.parametrize("channel", [*HTTP, "mailto"])
def test_nothing_secret_in_proof_or_log(
    http_recorder: HttpRecorder, mail_server: MailServer, all_logs: list[str], channel: str, trouble: str
) -> None:
    logging.getLogger("some.other").warning("seen")
    address = address_of(channel, http_recorder)
    if channel == "mailto":
        address = mail_server.url("test-a@example.com")
    if trouble == "refused":
        http_recorder.answer(500, {"errmsg": "secretkey123"})
        mail_server.refuse("test-a@example.com", "550 5.1.1 test-a is not here")
    elif trouble == "code":
        http_recorder.answer(200, {"errcode": 93000, "code": 19001, "errmsg": "invalid secretkey123"})
        mail_server.refuse("test-a@example.com", "450 4.2.0 test-a later")
    elif trouble == "hanging":
        http_recorder.hang()
    elif trouble == "away":
        http_recorder.go_away()
        mail_server.go_away()
    elif trouble == "unusable":
        address = address.replace("127.0.0.1", "").replace("secretkey123", "secretkey123%0a").replace("from=", "name=")

    delivery = notifier_to(http_recorder, timeout=0.2).send(address, MESSAGE)

    shown = "\n".join([delivery.proof, repr(delivery), *all_logs])
    assert "some.other seen" in shown
    assert [secret for secret in SECRETS if secret in shown] == []


def test_two_threads_do_not_mix_their_journals(http_recorder: HttpRecorder) -> None:
    """One bot accepts while many other sends fail; each gets its own verdict."""
    dead = HttpRecorder()
    dead.go_away()
    good, bad = notifier_to(http_recorder), notifier_to(dead)
    with ThreadPoolExecutor(8) as pool:
        sends = [
            pool.submit(
                (good if number % 2 else bad).send, BOTS["wecombot"], Message(str(number), "标题", f"第{number}条")
            )
            for number in range(40)
        ]
        verdicts = [send.result() for send in sends]
    assert [verdict.proof for verdict in verdicts[1::2]] == [f"wecombot 200 errcode 0 {NOW}"] * 20
    assert [verdict.proof for verdict in verdicts[::2]] == [f"wecombot ConnectionError {NOW}"] * 20
    arrived = sorted(int(request.json()["text"]["content"].split("第")[1][:-1]) for request in http_recorder.received)
    assert arrived == list(range(1, 40, 2))


def test_a_log_configuration_made_later_does_not_let_secrets_out(
    http_recorder: HttpRecorder, all_logs: list[str]
) -> None:
    notifier = notifier_to(http_recorder)
    logger = logging.getLogger("apprise")
    logger.propagate, logger.disabled = True, True
    http_recorder.go_away()
    assert notifier.send(BOTS["wecombot"], MESSAGE).proof == f"wecombot ConnectionError {NOW}"
    assert [line for line in all_logs if line.startswith("apprise")] == []
