"""Health is anonymous: however often it is asked for, Prefect is asked seldom and by one at a time."""

from __future__ import annotations

import threading
from itertools import count

import pytest

from api import watch
from api.watch import FRESH_SECONDS, Watch


def test_an_answer_holds_for_a_while() -> None:
    answers, moments = iter([True, False]), [0.0]
    part = Watch(lambda: next(answers), lambda: moments[0])
    assert [part.answers, part.answers] == [True, True]
    moments[0] = FRESH_SECONDS
    assert [part.answers, part.answers] == [False, False]


def test_a_part_that_hangs_holds_nobody_up_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PATIENCE_SECONDS", 0.01)
    asked, go = count(), threading.Event()

    def hang() -> bool:
        next(asked)
        return go.wait(120)

    moments = count(step=FRESH_SECONDS)
    part = Watch(hang, lambda: float(next(moments)))
    assert [part.answers for _ in range(5)] == [False] * 5
    assert next(asked) == 1
    [asker] = [one for one in threading.enumerate() if one.name == "watch"]
    go.set()
    asker.join()
    assert part.answers
