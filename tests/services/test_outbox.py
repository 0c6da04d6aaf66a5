"""What is owed, what is in trouble, and what is owed again."""

from __future__ import annotations

import sqlalchemy as sa

import clock
from gateways.channels import AddressBook
from gateways.notifier import RecordingNotifier
from models.shapes import PetitionerIn
from services import delivery, outbox
from services.delivery import Outcome
from tests.services.lives import UNIT, dispatched, notice_to, petition_of, register, settle, stored
from tests.support.context import a_context

ADDRESS = "jsons://hooks.example.com/unit"
BOOK = AddressBook(recipients={f"unit:{UNIT}": (ADDRESS,)})
CITIZEN_BOOK = AddressBook(petitioner={"email": "mailto://mail.example.com?to={address}"})
CONTACT = "test@example.com"


def test_dead_notices_can_be_requeued(engine: sa.Engine) -> None:
    notifier = RecordingNotifier()
    context = a_context(engine, addresses=BOOK, notifier=notifier)
    notifier.fail(permanent=True)
    dispatched(context)
    notice_id = notice_to(context, f"unit:{UNIT}")
    delivery.deliver(context, notice_id)
    notifier.recover()
    assert outbox.requeue(context, petition_id="another") == 0
    assert outbox.requeue(context, petition_id=stored(context, notice_id).petition_id) == 1
    assert outbox.requeue(context) == 0
    assert delivery.deliver(context, notice_id) is Outcome.SENT
    assert stored(context, notice_id).attempts == 1


def test_a_channel_configured_later_gets_what_was_missed(engine: sa.Engine) -> None:
    before = a_context(engine)
    petition_id = register(before, petitioner=PetitionerIn(contact_kind="email", contact=CONTACT))
    settle(before, petition_id)
    notices = outbox.due_notices(before, 100)
    assert {delivery.deliver(before, key) for key in notices} == {Outcome.UNREACHABLE}
    assert outbox.requeue(before) == 0
    book = AddressBook(recipients=BOOK.recipients, petitioner=CITIZEN_BOOK.petitioner)
    after = a_context(engine, addresses=book)
    assert outbox.requeue(after) == len(notices)
    assert {delivery.deliver(after, key) for key in notices} == {Outcome.SENT}


def test_requeue_leaves_alone_who_is_still_unknown(engine: sa.Engine) -> None:
    before = a_context(engine)
    petition_id = register(before)
    settle(before, petition_id)
    for key in outbox.due_notices(before, 100):
        delivery.deliver(before, key)
    after = a_context(engine, addresses=AddressBook(recipients=BOOK.recipients, petitioner=CITIZEN_BOOK.petitioner))
    assert outbox.requeue(after) == 1
    assert stored(after, outbox.due_notices(after, 100)[0]).recipient == f"unit:{UNIT}"


def test_figures(engine: sa.Engine, story: clock.StoryClock) -> None:
    context = a_context(engine, addresses=BOOK)
    assert outbox.outbox_figures(context) == outbox.OutboxFigures(0, 0, 0, 0)
    petition_id = dispatched(context)
    story.move_to(clock.now().add(minutes=90))
    owed = len(outbox.due_notices(context, 100))
    assert outbox.outbox_figures(context) == outbox.OutboxFigures(owed, 0, 0, 90)
    assert len(outbox.due_notices(context, 1)) == 1
    delivery.deliver(context, notice_to(context, f"petitioner:{petition_id}"))
    delivery.deliver(context, notice_to(context, f"unit:{UNIT}"))
    assert outbox.outbox_figures(context) == outbox.OutboxFigures(owed - 2, 0, 1, 90)


def test_what_did_not_arrive_is_listed_without_addresses_or_people(engine: sa.Engine) -> None:
    notifier = RecordingNotifier()
    notifier.fail()
    book = AddressBook(recipients=BOOK.recipients, petitioner=CITIZEN_BOOK.petitioner)
    context = a_context(engine, addresses=book, notifier=notifier)
    petition_id = register(context, petitioner=PetitionerIn(contact_kind="email", contact=CONTACT))
    settle(context, petition_id)
    assert outbox.troubled(context, 100) == [], "what was not tried yet is in no trouble"
    due = outbox.due_notices(context, 100)
    for key in due:
        delivery.deliver(context, key)
    found = outbox.troubled(context, 100)
    assert [one.notice_id for one in found] == sorted(due)
    assert {one.case_number for one in found} == {petition_of(context, petition_id).case_number}
    assert all(text not in repr(found) for text in (petition_id, CONTACT, "example.com"))
    shown = {one.recipient: (one.channels, one.status, one.attempts, one.last_failure) for one in found}
    assert shown["petitioner"] == (("mailto",), "owed", 1, "mailto refused")
    assert shown[f"unit:{UNIT}"] == (("jsons",), "owed", 1, "jsons refused")
    assert all(one.next_attempt_at and one.next_attempt_at > clock.now() for one in found)
    assert outbox.troubled(context, 100, dead_only=True) == outbox.troubled(context, 100, worth_retrying=True) == []
    assert len(outbox.troubled(context, 1)) == 1


def test_what_retry_lists_is_what_it_owes_again(engine: sa.Engine) -> None:
    notifier = RecordingNotifier()
    notifier.fail(permanent=True)
    context = a_context(engine, addresses=BOOK, notifier=notifier)
    dispatched(context)
    for key in outbox.due_notices(context, 100):
        delivery.deliver(context, key)
    statuses = [one.status for one in outbox.troubled(context, 100)]
    assert (statuses.count("dead"), "unreachable" in statuses) == (1, True)
    [listed] = outbox.troubled(context, 100, worth_retrying=True)
    assert listed == outbox.troubled(context, 100, dead_only=True)[0]
    assert outbox.requeue(context) == 1
    assert outbox.due_notices(context, 100) == [listed.notice_id]
