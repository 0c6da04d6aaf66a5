"""A round of sending over several channels: a dead one costs nobody but those who are told over it."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select, update

import clock
from gateways.channels import AddressBook
from gateways.notifier import AppriseNotifier, RecordingNotifier
from models.shapes import PetitionerIn
from models.tables import Notice
from services.context import Context
from services.delivery import Outcome
from services.sending import AT_ONCE_PER_ROUTE, send_owed
from tests.services.lives import TEXT, UNIT, dispatched, register, settle
from tests.support.context import a_context
from tests.support.prefect_workers import wait_until
from tests.support.receivers import HttpRecorder, MailServer
from tests.support.receivers import http_recorder as http_recorder  # noqa: PLC0414, a fixture
from tests.support.receivers import mail_server as mail_server  # noqa: PLC0414, a fixture

HOOK = "jsons://hooks.example.com/unit"
MAIL = "mailto://mail.example.com?to=unit@example.com"
PERSON = PetitionerIn(contact_kind="email", contact="someone@example.com")
PRIVATE = "someone@example.com"
LONG = 60.0
"""Seconds of a round; reached by a test that fails."""


_NUMBERS = count(1)


def some(context: Context, number: int) -> None:
    """Petitions that owe one notice to the unit and two to their petitioner."""
    for _ in range(number):
        # The same person's very same words are no petition of their own.
        settle(context, register(context, f"{TEXT}，{next(_NUMBERS)}号灯杆", petitioner=PERSON))


def notices_of(context: Context, **which: Any) -> int:
    query = select(func.count()).select_from(Notice).filter_by(**which)
    with context.readers() as session:
        return session.scalar(query) or 0


def test_mail_goes_out_while_a_gateway_takes_connections_and_never_answers(
    engine: sa.Engine, http_recorder: HttpRecorder, mail_server: MailServer
) -> None:
    http_recorder.hang()
    dead = f"json://127.0.0.1:{http_recorder.port}/unit"
    book = AddressBook({f"unit:{UNIT}": (dead,)}, petitioner={"email": mail_server.url("{address}")})
    context = a_context(engine, addresses=book, notifier=AppriseNotifier(LONG))
    some(context, 2 * AT_ONCE_PER_ROUTE)
    with ThreadPoolExecutor(1) as pool:
        round_ = pool.submit(send_owed, context, LONG)
        http_recorder.wait_for(AT_ONCE_PER_ROUTE)
        wait_until(lambda: len(mail_server.received) == 4 * AT_ONCE_PER_ROUTE, "mailed")
        some(context, 1)
        wait_until(lambda: len(mail_server.received) == 4 * AT_ONCE_PER_ROUTE + 2, "mailed what came meanwhile")
        assert not round_.done()
        assert len(http_recorder.received) == AT_ONCE_PER_ROUTE, "no more than these wait for a channel"
        http_recorder.go_away()
        tally = round_.result()
    assert tally == Counter({Outcome.SENT: 4 * AT_ONCE_PER_ROUTE + 2, Outcome.SILENT: AT_ONCE_PER_ROUTE})
    left = {"recipient": f"unit:{UNIT}", "status": "owed"}
    assert notices_of(context, **left, attempts=1) == AT_ONCE_PER_ROUTE
    assert notices_of(context, **left, attempts=0) == AT_ONCE_PER_ROUTE + 1, "left to the next round, no attempt lost"


def test_who_has_another_address_is_told_over_it_without_waiting_for_the_silent_one(engine: sa.Engine) -> None:
    recorder = RecordingNotifier()
    recorder.fall_silent(HOOK)
    context = a_context(engine, addresses=AddressBook({f"unit:{UNIT}": (HOOK, MAIL)}), notifier=recorder)
    for _ in range(3 * AT_ONCE_PER_ROUTE):
        dispatched(context)
    assert send_owed(context, LONG)[Outcome.SENT] == 3 * AT_ONCE_PER_ROUTE
    assert len(recorder.sent) == 3 * AT_ONCE_PER_ROUTE
    assert len(recorder.refused) <= AT_ONCE_PER_ROUTE
    query = select(Notice.proof).where(Notice.status == "sent").order_by(Notice.id.desc())
    with context.readers() as session:
        assert "failed: jsons not asked, silent before" in str(session.scalars(query).first())


def test_a_notice_is_not_given_up_while_one_of_its_channels_is_only_silent(engine: sa.Engine) -> None:
    recorder = RecordingNotifier()
    recorder.fall_silent(HOOK)
    recorder.fail(MAIL, permanent=True)
    context = a_context(engine, addresses=AddressBook({f"unit:{UNIT}": (HOOK, MAIL)}), notifier=recorder)
    for _ in range(2 * AT_ONCE_PER_ROUTE):
        dispatched(context)
    tally = send_owed(context, LONG)
    assert tally[Outcome.RETRY] == 2 * AT_ONCE_PER_ROUTE
    assert tally[Outcome.DEAD] == 0


def test_more_than_fits_at_once_is_sent_all_the_same_and_once(engine: sa.Engine) -> None:
    recorder = RecordingNotifier()
    context = a_context(engine, addresses=AddressBook({f"unit:{UNIT}": (MAIL,)}), notifier=recorder)
    for _ in range(3 * AT_ONCE_PER_ROUTE):
        dispatched(context)
    with ThreadPoolExecutor(2) as pool:
        rounds = [pool.submit(send_owed, context, LONG) for _ in range(2)]
    assert sum(one.result()[Outcome.SENT] for one in rounds) == 3 * AT_ONCE_PER_ROUTE
    assert len({message.notice_id for _, message in recorder.sent}) == len(recorder.sent) == 3 * AT_ONCE_PER_ROUTE


@pytest.mark.parametrize("seconds", [0.0, LONG])
def test_a_round_that_is_over_begins_nothing(engine: sa.Engine, seconds: float) -> None:
    context = a_context(engine)
    dispatched(context)
    stop = threading.Event()
    if seconds:
        stop.set()
    assert send_owed(context, seconds, stop) == Counter()


def test_a_notice_that_fails_by_itself_holds_up_no_other(engine: sa.Engine, caplog: pytest.LogCaptureFixture) -> None:
    recorder = RecordingNotifier()
    context = a_context(engine, addresses=AddressBook({f"unit:{UNIT}": (MAIL,)}), notifier=recorder)
    bad, good = dispatched(context), dispatched(context)
    with context.sessions.begin() as session:
        # Of no kind that anybody knows: a matrix edited by hand, an older version's row.
        wrong = update(Notice).where(Notice.petition_id == bad, Notice.recipient == f"unit:{UNIT}")
        session.execute(wrong.values(recipient=PRIVATE))
    tally = send_owed(context, LONG)
    assert (tally[Outcome.FAULT], tally[Outcome.SENT]) == (1, 1)
    assert notices_of(context, petition_id=good, status="sent") == 1
    with context.readers() as session:
        row = session.scalars(select(Notice).where(Notice.recipient == PRIVATE)).one()
    assert (row.status, row.claimed_until) == ("owed", None)
    assert row.next_attempt_at is not None
    assert row.next_attempt_at > clock.now()
    assert row.proof.startswith("fault ValueError")
    assert f"Notice {row.id} cannot be sent: ValueError" in caplog.text
    assert PRIVATE not in caplog.text
    assert send_owed(context, LONG) == Counter(), "set aside, not tried again and again"
