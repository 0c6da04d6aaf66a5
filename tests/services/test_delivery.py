"""Notices are sent once, at the right hour, as often as the policy says, and never vanish."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pendulum
import pytest
import sqlalchemy as sa
from sqlalchemy import update

import clock
from gateways.channels import AddressBook
from gateways.notifier import Delivery, Message, RecordingNotifier
from models.shapes import PetitionerIn
from models.tables import Petitioner
from services import delivery, outbox
from services.context import Context
from services.delivery import Outcome
from tests.services.lives import UNIT, dispatched, notice_to, register, stored
from tests.support.context import a_context, shipped_policy

ADDRESS = "jsons://hooks.example.com/unit"
SECOND = "mailto://mail.example.com?to=unit@example.com"
LATER = "jsons://hooks.example.com/fallback"
BOOK = AddressBook(recipients={f"unit:{UNIT}": (ADDRESS,)})
CITIZEN_BOOK = AddressBook(petitioner={"email": "mailto://mail.example.com?to={address}"})


def unit_notice(context: Context, **changes: Any) -> int:
    dispatched(context)
    return notice_to(context, f"unit:{UNIT}", **changes)


def recorder_of(context: Context) -> RecordingNotifier:
    assert isinstance(context.notifier, RecordingNotifier)
    return context.notifier


def test_a_notice_is_sent_and_proven(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=BOOK)
    notice_id = unit_notice(context)
    assert notice_id in outbox.due_notices(context, 100)
    assert delivery.deliver(context, notice_id) is Outcome.SENT
    [(address, message)] = recorder_of(context).sent
    row = stored(context, notice_id)
    assert (address, message.notice_id, message.title, message.body) == (ADDRESS, str(notice_id), row.title, row.body)
    assert (row.status, row.sent_at, row.next_attempt_at, row.claimed_until) == ("sent", clock.now(), None, None)
    assert row.proof == "jsons recorded 2026-03-02T01:00:00Z"
    assert notice_id not in outbox.due_notices(context, 100)


def test_what_was_sent_is_not_sent_again(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=BOOK)
    notice_id = unit_notice(context)
    assert [delivery.deliver(context, notice_id) for _ in range(3)] == [Outcome.SENT, Outcome.NOT_DUE, Outcome.NOT_DUE]
    assert len(recorder_of(context).sent) == 1
    assert delivery.deliver(context, 10**6) is Outcome.NOT_DUE


def test_two_senders_at_once_deliver_once(engine: sa.Engine) -> None:
    together = threading.Barrier(2)

    class Slow(RecordingNotifier):
        def send(self, address: str, message: Message) -> Delivery:
            first_is_sending.set()
            other_is_refused.wait(120)
            return super().send(address, message)

    first_is_sending, other_is_refused = threading.Event(), threading.Event()
    context = a_context(engine, addresses=BOOK, notifier=Slow())
    notice_id = unit_notice(context)

    def send() -> Outcome:
        together.wait(120)
        outcome = delivery.deliver(context, notice_id)
        if outcome is Outcome.NOT_DUE:
            other_is_refused.set()
        return outcome

    with ThreadPoolExecutor(2) as pool:
        outcomes = [future.result() for future in [pool.submit(send), pool.submit(send)]]
    assert first_is_sending.is_set()
    assert other_is_refused.is_set()
    assert sorted(outcomes) == [Outcome.NOT_DUE, Outcome.SENT]
    assert len(recorder_of(context).sent) == 1


def test_many_senders_share_many_notices(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=BOOK)
    for _ in range(6):
        dispatched(context)
    due = [key for key in outbox.due_notices(context, 100) if stored(context, key).recipient == f"unit:{UNIT}"]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda key: delivery.deliver(context, key), due * 4))
    assert len(due) == 6
    assert outcomes.count(Outcome.SENT) == 6
    assert sorted(int(message.notice_id) for _, message in recorder_of(context).sent) == sorted(due)


def test_a_failure_is_tried_again_by_the_waits_of_the_policy_until_it_is_given_up(
    engine: sa.Engine, story: clock.StoryClock, caplog: pytest.LogCaptureFixture
) -> None:
    context = a_context(engine, addresses=BOOK)
    recorder_of(context).fail()
    notice_id = unit_notice(context, urgent=True)  # urgent: no night comes between the waits
    waits = shipped_policy().notices.back_off.waits
    for number, wait in enumerate(waits, 1):
        assert delivery.deliver(context, notice_id) is Outcome.RETRY
        row = stored(context, notice_id)
        assert (row.status, row.attempts, row.claimed_until) == ("owed", number, None)
        assert row.next_attempt_at == clock.now().add(minutes=wait)
        assert row.proof.startswith("failed: jsons refused")
        assert delivery.deliver(context, notice_id) is Outcome.NOT_DUE
        story.move_to(row.next_attempt_at)
        assert notice_id in outbox.due_notices(context, 100)
    assert delivery.deliver(context, notice_id) is Outcome.DEAD
    row = stored(context, notice_id)
    assert (row.status, row.attempts, row.next_attempt_at) == ("dead", len(waits) + 1, None)
    assert f"Notice {notice_id} is given up" in caplog.text
    assert outbox.outbox_figures(context).dead == 1


def test_an_unusable_address_is_given_up_at_once(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=BOOK)
    recorder_of(context).fail(permanent=True)
    notice_id = unit_notice(context)
    assert delivery.deliver(context, notice_id) is Outcome.DEAD
    assert len(recorder_of(context).refused) == 1


def test_at_night_only_urgent_notices_go_out(engine: sa.Engine, story: clock.StoryClock) -> None:
    context = a_context(engine, addresses=BOOK)
    ordinary, urgent = unit_notice(context), unit_notice(context, urgent=True)
    story.move_to(pendulum.datetime(2026, 3, 2, 23, tz=clock.SHANGHAI))  # owed by day, the sender was away
    morning = pendulum.datetime(2026, 3, 3, 8, tz=clock.SHANGHAI)
    assert outbox.due_notices(context, 100)[0] == urgent
    assert delivery.deliver(context, ordinary) is Outcome.POSTPONED
    assert delivery.deliver(context, urgent) is Outcome.SENT
    row = stored(context, ordinary)
    assert (row.attempts, row.next_attempt_at) == (0, morning)
    story.move_to(morning)
    assert delivery.deliver(context, ordinary) is Outcome.SENT


def test_a_notice_owed_at_night_waits_for_the_morning(engine: sa.Engine, story: clock.StoryClock) -> None:
    context = a_context(engine, addresses=BOOK)
    story.move_to(pendulum.datetime(2026, 3, 2, 22, tz=clock.SHANGHAI))
    notice_id = unit_notice(context)
    assert outbox.due_notices(context, 100) == []
    assert delivery.deliver(context, notice_id) is Outcome.NOT_DUE
    story.move_to(pendulum.datetime(2026, 3, 3, 8, tz=clock.SHANGHAI))
    assert notice_id in outbox.due_notices(context, 100)


def test_the_lease_of_a_dead_sender_runs_out(engine: sa.Engine, story: clock.StoryClock) -> None:
    class Dies(RecordingNotifier):
        def send(self, address: str, message: Message) -> Delivery:
            raise KeyboardInterrupt

    dying = a_context(engine, addresses=BOOK, notifier=Dies())
    notice_id = unit_notice(dying)
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(dying, notice_id)
    context = a_context(engine, addresses=BOOK)
    claimed_until = stored(context, notice_id).claimed_until
    assert claimed_until is not None
    assert claimed_until - clock.now() > dt.timedelta(seconds=2 * BOOK.timeout_seconds)
    assert notice_id not in outbox.due_notices(context, 100)
    assert delivery.deliver(context, notice_id) is Outcome.NOT_DUE
    story.move_to(claimed_until)
    assert notice_id in outbox.due_notices(context, 100)
    assert delivery.deliver(context, notice_id) is Outcome.SENT
    assert stored(context, notice_id).attempts == 2


@pytest.mark.parametrize("late_one_delivers", [True, False])
def test_a_sender_that_outlives_its_lease_takes_nothing_back(
    engine: sa.Engine, story: clock.StoryClock, late_one_delivers: bool
) -> None:
    second = a_context(engine, addresses=BOOK)

    class Late(RecordingNotifier):
        def send(self, address: str, message: Message) -> Delivery:
            until = stored(second, notice_id).claimed_until
            assert until is not None
            story.move_to(until)
            recorder_of(second).fail()
            assert delivery.deliver(second, notice_id) is Outcome.RETRY
            return super().send(address, message)

    late = a_context(engine, addresses=BOOK, notifier=Late())
    notice_id = unit_notice(late)
    if not late_one_delivers:
        recorder_of(late).fail(permanent=True)
    outcome = delivery.deliver(late, notice_id)
    row = stored(second, notice_id)
    if late_one_delivers:
        assert (outcome, row.status, row.next_attempt_at) == (Outcome.SENT, "sent", None)
    else:
        assert (outcome, row.status, row.attempts) == (Outcome.NOT_DUE, "owed", 2)


def test_one_of_several_addresses_is_enough(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=AddressBook(recipients={f"unit:{UNIT}": (ADDRESS, SECOND)}))
    recorder_of(context).fail(ADDRESS, permanent=True)
    notice_id = unit_notice(context)
    assert delivery.deliver(context, notice_id) is Outcome.SENT
    assert [address for address, _ in recorder_of(context).sent] == [SECOND]
    proof = stored(context, notice_id).proof
    assert proof == "mailto recorded 2026-03-02T01:00:00Z; failed: jsons refused 2026-03-02T01:00:00Z"


def test_one_address_that_may_recover_keeps_the_notice_alive(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=AddressBook(recipients={f"unit:{UNIT}": (ADDRESS, SECOND)}))
    recorder_of(context).fail(ADDRESS, permanent=True)
    recorder_of(context).fail(SECOND)
    assert delivery.deliver(context, unit_notice(context)) is Outcome.RETRY


@pytest.mark.parametrize(
    ("permanent", "attempts_before", "asked"), [(True, 0, True), (False, 0, False), (False, 7, True)]
)
def test_a_fallback_is_asked_when_the_address_is_unusable_or_at_the_last_attempt(
    engine: sa.Engine, permanent: bool, attempts_before: int, asked: bool
) -> None:
    book = AddressBook(recipients={f"unit:{UNIT}": (ADDRESS,)}, fallbacks={ADDRESS: (SECOND, LATER)})
    context = a_context(engine, addresses=book)
    recorder_of(context).fail(ADDRESS, permanent=permanent)
    recorder_of(context).fail(SECOND, permanent=True)
    assert len(shipped_policy().notices.back_off.waits) == 7
    outcome = delivery.deliver(context, unit_notice(context, attempts=attempts_before))
    assert [address for address, _ in recorder_of(context).sent] == ([LATER] if asked else [])
    assert outcome is (Outcome.SENT if asked else Outcome.RETRY)


def test_a_petitioner_is_reached_at_the_contact_they_left(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=CITIZEN_BOOK)
    petition_id = register(
        context, petitioner=PetitionerIn(name="测试乙", contact_kind="email", contact="test@example.com")
    )
    notice_id = notice_to(context, f"petitioner:{petition_id}")
    assert delivery.deliver(context, notice_id) is Outcome.SENT
    assert [address for address, _ in recorder_of(context).sent] == ["mailto://mail.example.com?to=test%40example.com"]
    assert "test@" not in stored(context, notice_id).proof


@pytest.mark.parametrize(
    "petitioner",
    [PetitionerIn(), PetitionerIn(name="测试乙"), PetitionerIn(contact_kind="sms", contact="13800001234")],
    ids=["anonymous", "no contact", "no channel of this kind"],
)
def test_whoever_left_no_address_is_unreachable_in_silence(
    engine: sa.Engine, petitioner: PetitionerIn, caplog: pytest.LogCaptureFixture
) -> None:
    context = a_context(engine, addresses=CITIZEN_BOOK)
    petition_id = register(context, petitioner=petitioner)
    notice_id = notice_to(context, f"petitioner:{petition_id}")
    assert delivery.deliver(context, notice_id) is Outcome.UNREACHABLE
    row = stored(context, notice_id)
    assert (row.status, row.attempts, row.next_attempt_at) == ("unreachable", 0, None)
    assert row.proof == "no address 2026-03-02T01:00:00Z"
    assert caplog.records == []
    assert outbox.requeue(context) == 0


def test_a_contact_that_can_be_no_address_is_for_a_person_to_see(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=CITIZEN_BOOK)
    petition_id = register(
        context, petitioner=PetitionerIn(contact_kind="email", contact="test@example.com,other@example.com")
    )
    notice_id = notice_to(context, f"petitioner:{petition_id}")
    assert delivery.deliver(context, notice_id) is Outcome.DEAD
    assert stored(context, notice_id).proof == "unusable contact 2026-03-02T01:00:00Z"


def test_a_petitioner_who_withdrew_their_contact_is_no_longer_written_to(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=CITIZEN_BOOK)
    petition_id = register(context, petitioner=PetitionerIn(contact_kind="email", contact="test@example.com"))
    with context.sessions.begin() as session:
        session.execute(update(Petitioner).values(sealed=None, key_id=None, contact_kind=None))
    assert delivery.deliver(context, notice_to(context, f"petitioner:{petition_id}")) is Outcome.UNREACHABLE
