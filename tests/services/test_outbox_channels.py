"""From the ledger to a receiver through real Apprise: down first, up later."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import clock
from gateways.channels import AddressBook
from gateways.notifier import AppriseNotifier
from models.shapes import PetitionerIn
from services import delivery, outbox
from services.delivery import Outcome
from tests.services.lives import UNIT, dispatched, notice_to, register, settle, stored
from tests.support.context import a_context
from tests.support.receivers import HttpRecorder, MailServer
from tests.support.receivers import http_recorder as http_recorder  # noqa: PLC0414, a fixture
from tests.support.receivers import mail_server as mail_server  # noqa: PLC0414, a fixture


def test_everything_through_apprise_when_the_channel_comes_back(
    engine: sa.Engine,
    story: clock.StoryClock,
    http_recorder: HttpRecorder,
    mail_server: MailServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hook = f"json://127.0.0.1:{http_recorder.port}/unit"
    mail = mail_server.url("{address}")
    book = AddressBook(recipients={f"unit:{UNIT}": (hook,)}, petitioner={"email": mail})
    context = a_context(engine, addresses=book, notifier=AppriseNotifier(5.0))
    http_recorder.answer(503, {})
    mail_server.refuse("test-a@example.com", "451 4.3.0 try again later")
    petitioner = PetitionerIn(name="测试甲", contact_kind="email", contact="test-a@example.com")
    petition_id = register(context, petitioner=petitioner)
    settle(context, petition_id)
    notices = outbox.due_notices(context, 100)
    assert len(notices) == 3  # registered and dispatched to the petitioner, dispatched to the unit
    assert [delivery.deliver(context, key) for key in notices] == [Outcome.RETRY] * 3
    assert outbox.due_notices(context, 100) == []

    http_recorder.answer(200, {})
    mail_server.refusals.clear()
    story.move_to(clock.now().add(minutes=1))
    assert outbox.due_notices(context, 100) == notices
    assert [delivery.deliver(context, key) for key in notices] == [Outcome.SENT] * 3
    hooked = http_recorder.received[-1]
    unit_notice = stored(context, notice_to(context, f"unit:{UNIT}"))
    assert hooked.headers["x-notice-id"] == str(unit_notice.id)
    assert (hooked.json()["title"], hooked.json()["message"]) == (unit_notice.title, unit_notice.body)
    assert [recipients for recipients, _ in mail_server.received] == [["test-a@example.com"]] * 2
    body = mail_server.received[0][1].get_body(("plain",))
    assert body is not None
    assert "查询码" in body.get_content()
    proofs = " ".join(stored(context, key).proof for key in notices)
    assert "json 200 2026-03-02T01:01:00Z" in proofs
    for secret in ("test-a", "测试甲", "127.0.0.1", "路灯"):
        assert secret not in proofs
        assert secret not in caplog.text


def test_a_receiver_that_is_gone_is_retried(
    engine: sa.Engine, http_recorder: HttpRecorder, story: clock.StoryClock
) -> None:
    book = AddressBook(recipients={f"unit:{UNIT}": (f"json://127.0.0.1:{http_recorder.port}/unit",)})
    context = a_context(engine, addresses=book, notifier=AppriseNotifier(5.0))
    dispatched(context)
    notice_id = notice_to(context, f"unit:{UNIT}")
    http_recorder.go_away()
    assert delivery.deliver(context, notice_id) is Outcome.SILENT
    revived = HttpRecorder()
    try:
        book = AddressBook(recipients={f"unit:{UNIT}": (f"json://127.0.0.1:{revived.port}/unit",)})
        story.move_to(clock.now().add(minutes=1))
        assert (
            delivery.deliver(a_context(engine, addresses=book, notifier=AppriseNotifier(5.0)), notice_id)
            is Outcome.SENT
        )
        assert len(revived.received) == 1
    finally:
        revived.go_away()
