"""The same request twice is one, at the same time too; what failed leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import clock
from domain.errors import IdempotencyConflict, RuleRefusal
from models.tables import Counter, IdempotentReply
from services.context import Context
from services.idempotency import Reply, forget_replies, once
from services.transactions import transaction


def add(context: Context) -> Reply:
    """Work that leaves a trace each time it is done."""
    with transaction(context) as tx:
        counter = tx.session.get(Counter, "done", with_for_update=True)
        if counter is None:
            counter = Counter(series="done", value=0)
            tx.session.add(counter)
        counter.value += 1
        return Reply(200, {"value": counter.value})


def done(context: Context) -> int:
    with context.readers() as session:
        counter = session.get(Counter, "done")
        return counter.value if counter else 0


def test_the_second_time_gives_the_first_answer(context: Context) -> None:
    first = once(context, "unit", "key", "print", lambda: add(context))
    again = once(context, "unit", "key", "print", lambda: add(context))
    assert (first, again) == (Reply(200, {"value": 1}), Reply(200, {"value": 1}, replayed=True))
    assert done(context) == 1


def test_another_request_under_the_same_key_is_refused(context: Context) -> None:
    once(context, "unit", "key", "print", lambda: add(context))
    with pytest.raises(IdempotencyConflict):
        once(context, "unit", "key", "other", lambda: add(context))
    assert done(context) == 1


def test_callers_and_keys_do_not_meet(context: Context) -> None:
    for caller, key in (("unit", "key"), ("desk", "key"), ("unit", "other")):
        assert not once(context, caller, key, "print", lambda: add(context)).replayed
    assert done(context) == 3


def test_a_refusal_keeps_nothing_and_frees_the_key(context: Context) -> None:
    def refused() -> Reply:
        add(context)
        raise RuleRefusal("no", "不可以")

    with pytest.raises(RuleRefusal):
        once(context, "unit", "key", "print", refused)
    assert done(context) == 0
    assert kept(context) == 0
    assert once(context, "unit", "key", "another", lambda: add(context)).body == {"value": 1}


def kept(context: Context) -> int:
    with context.readers() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(IdempotentReply)) or 0


def test_an_answer_is_kept_for_a_while_and_the_key_is_free_after_it(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    first = clock.now()
    once(context, "unit", "key", "print", lambda: add(context))
    frozen_clock.move_to(first + context.replies_kept - dt.timedelta(seconds=1))
    assert once(context, "unit", "key", "print", lambda: add(context)).replayed
    frozen_clock.move_to(first + context.replies_kept)
    again = once(context, "unit", "key", "another", lambda: add(context))  # no conflict with what is forgotten
    assert again == Reply(200, {"value": 2})
    assert once(context, "unit", "key", "another", lambda: add(context)).replayed
    assert kept(context) == 1


def test_what_is_kept_no_longer_is_deleted_and_nothing_else(context: Context, frozen_clock: clock.StoryClock) -> None:
    first = clock.now()
    for number in range(5):
        once(context, "unit", f"old-{number}", "print", lambda: add(context))
    frozen_clock.move_to(first + dt.timedelta(hours=1))
    once(context, "unit", "young", "print", lambda: add(context))
    assert forget_replies(context) == 0
    frozen_clock.move_to(first + context.replies_kept)
    assert forget_replies(context, batch=2) == 5
    assert kept(context) == 1
    assert once(context, "unit", "young", "print", lambda: add(context)).replayed


def test_many_at_the_same_time_do_it_once(context: Context) -> None:
    start = threading.Barrier(6)

    def ask(_: int) -> Reply:
        start.wait()
        return once(context, "unit", "key", "print", lambda: add(context))

    with ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(ask, range(6)))
    assert {reply.body["value"] for reply in replies} == {1}
    assert sorted(reply.replayed for reply in replies) == [False, *[True] * 5]
    assert done(context) == 1


def test_a_quarrel_of_the_work_itself_is_not_taken_for_a_replay(context: Context) -> None:
    once(context, "unit", "first", "print", lambda: add(context))

    def twice() -> Reply:
        with transaction(context) as tx:
            tx.session.execute(sa.insert(Counter).values(series="done", value=9))
        return Reply(200, {})

    with pytest.raises(IntegrityError):
        once(context, "unit", "second", "print", twice)
    assert done(context) == 1
