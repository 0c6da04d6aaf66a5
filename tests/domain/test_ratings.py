"""How several ratings of one matter decide about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.petition import Satisfaction
from domain.ratings import combined

S, B, D = Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED, Satisfaction.DISSATISFIED
some = st.lists(st.sampled_from(list(Satisfaction)), max_size=6)
others = st.integers(min_value=0, max_value=6)


@pytest.mark.parametrize(
    ("said", "outstanding", "waiting", "comes_to"),
    [
        ([], 3, True, None),
        ([], 3, False, None),
        ([S], 0, True, S),
        ([S], 1, True, None),
        ([S], 1, False, S),
        ([S, B], 0, True, B),
        ([S, B], 2, False, B),
        ([S, D], 4, True, D),
        ([D], 1, True, D),
    ],
)
def test_what_ratings_come_to(
    said: list[Satisfaction], outstanding: int, waiting: bool, comes_to: Satisfaction | None
) -> None:
    assert combined(said, outstanding=outstanding, waiting=waiting) is comes_to


@given(some, others, st.booleans())
def test_the_order_of_ratings_does_not_matter(said: list[Satisfaction], outstanding: int, waiting: bool) -> None:
    once = combined(said, outstanding=outstanding, waiting=waiting)
    assert combined(said[::-1], outstanding=outstanding, waiting=waiting) is once
    assert combined([*said, *said], outstanding=outstanding, waiting=waiting) is once


@given(some, others, st.booleans())
def test_nobody_outvotes_who_is_dissatisfied(said: list[Satisfaction], outstanding: int, waiting: bool) -> None:
    assert (combined(said, outstanding=outstanding, waiting=waiting) is D) == (D in said)


@given(some, others, some)
def test_what_is_decided_early_is_what_all_would_have_decided(
    said: list[Satisfaction], outstanding: int, later: list[Satisfaction]
) -> None:
    early = combined(said, outstanding=outstanding + 1, waiting=True)
    if early is not None:
        assert combined([*said, *later], outstanding=0, waiting=True) is early


@given(some, others)
def test_nobody_is_waited_for_once_the_time_is_over(said: list[Satisfaction], outstanding: int) -> None:
    assert (combined(said, outstanding=outstanding, waiting=False) is None) == (not said)
