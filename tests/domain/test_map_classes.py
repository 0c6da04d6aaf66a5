"""Classes of a map hold every number, in order, and no single case stands alone."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from domain.map_classes import CLASSES, class_of, classes, spread, told

numbers = st.integers(1, 10_000)
leasts = st.integers(1, 100)


@given(most=numbers, least=leasts)
def test_classes_follow_one_another_and_hold_everything(most: int, least: int) -> None:
    found = classes(most, least)
    assert found[0].low == 1
    assert found[-1].high >= most
    assert all(after.low == before.high + 1 for before, after in itertools.pairwise(found))
    assert len(found) <= CLASSES
    assert [class_of(item.low, found) for item in found] == list(range(1, len(found) + 1))


@given(most=numbers, least=st.integers(2, 100))
def test_a_single_case_is_never_told_from_a_few(most: int, least: int) -> None:
    found = classes(most, least)
    assert class_of(1, found) == class_of(min(least - 1, most), found) == 1
    assert told(1, least) == told(least - 1, least)
    assert told(least, least) == str(least)


def test_nothing_has_no_class() -> None:
    assert classes(0, 5) == ()
    assert class_of(0, classes(7, 5)) == 0
    assert told(0, 5) == "0"


PLACES = {"a": (0.0, 0.0), "b": (0.0, 3.0), "c": (0.0, 7.0)}


def test_heat_is_what_lies_within_reach() -> None:
    assert spread({"a": 2, "b": 1, "c": 5, "elsewhere": 9}, PLACES, 3) == {"a": 3, "b": 3, "c": 5}


@given(st.dictionaries(st.sampled_from(sorted(PLACES)), st.integers(0, 50)), st.floats(0, 20))
def test_heat_is_at_least_what_is_there_and_at_most_everything(found: dict[str, int], reach: float) -> None:
    heat = spread(found, PLACES, reach)
    assert all(found.get(code, 0) <= number <= sum(found.values()) for code, number in heat.items())
