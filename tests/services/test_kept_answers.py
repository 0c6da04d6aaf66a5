"""Answers that are kept: made once, kept by key, and never kept when making them failed."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.kept_answers import OLDEST, KeptAnswers

NINE = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
AT_ONCE = 0.0


def test_many_who_ask_at_once_get_one_answer() -> None:
    kept, made, going = KeptAnswers(), [], threading.Barrier(8)

    def make() -> int:
        made.append(1)
        return len(made)

    def ask() -> int:
        going.wait()
        return kept.get("key", make)

    with ThreadPoolExecutor(8) as pool:
        answers = {future.result() for future in [pool.submit(ask) for _ in range(8)]}
    assert (answers, made) == ({1}, [1])


def test_what_failed_is_tried_again() -> None:
    kept = KeptAnswers()
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 // 0)
    assert kept.get("key", lambda: 7) == 7


def test_the_answer_nobody_asked_for_lately_goes() -> None:
    kept = KeptAnswers(most=2)
    for key in ("one", "two", "one", "three"):
        kept.get(key, lambda key=key: key)  # type: ignore[misc]
    assert kept.get("one", lambda: "anew") == "one"
    assert kept.get("two", lambda: "anew") == "anew"


class Slow:
    """An answer that takes until it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()
        self.times = 0

    def __call__(self) -> str:
        self.times += 1
        self.begun.set()
        assert self.let_go.wait(30)
        return "new"


def test_the_answer_before_is_shown_while_the_new_one_is_made_once() -> None:
    kept, slow = KeptAnswers(patience=AT_ONCE), Slow()
    assert kept.as_of("key", NINE, lambda: "old") == "old"
    assert [kept.as_of("key", NINE + MINUTE, slow) for _ in range(3)] == ["old"] * 3
    slow.let_go.set()
    assert kept.get(("key", NINE + MINUTE), lambda: "made twice") == "new"
    assert (kept.as_of("key", NINE + MINUTE, slow), slow.times) == ("new", 1)


def test_an_answer_from_too_long_ago_is_not_shown() -> None:
    kept = KeptAnswers(patience=AT_ONCE)
    kept.as_of("key", NINE, lambda: "old")
    assert kept.as_of("key", NINE + OLDEST + MINUTE, lambda: "new") == "new"


def test_without_an_older_answer_everybody_waits_for_the_one_that_is_made() -> None:
    kept, slow = KeptAnswers(patience=AT_ONCE), Slow()
    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(kept.as_of, "key", NINE, slow) for _ in range(4)]
        assert slow.begun.wait(30)
        slow.let_go.set()
        assert ({each.result(30) for each in asking}, slow.times) == ({"new"}, 1)


def test_who_has_patience_is_shown_the_new_answer() -> None:
    kept = KeptAnswers(patience=30)
    kept.as_of("key", NINE, lambda: "old")
    assert kept.as_of("key", NINE + MINUTE, lambda: "new") == "new"


def test_a_new_answer_that_fails_is_told_and_tried_again() -> None:
    kept = KeptAnswers(patience=30)
    kept.as_of("key", NINE, lambda: 1)
    with pytest.raises(ZeroDivisionError):
        kept.as_of("key", NINE + MINUTE, lambda: 1 // 0)
    assert kept.as_of("key", NINE + MINUTE, lambda: 2) == 2


def test_an_older_answer_never_takes_the_place_of_a_newer_one() -> None:
    kept = KeptAnswers()
    kept.as_of("key", NINE + MINUTE, lambda: "newer")
    assert kept.as_of("key", NINE, lambda: "older") == "older"
    assert kept.as_of("key", NINE + MINUTE, lambda: "made again") == "newer"
