"""Answers that are kept: made once, kept by key, and never kept when making them failed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.kept_answers import KeptAnswers


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
