"""Which completed cases are visited, by whom, and what an attempt comes to."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RuleRefusal
from domain.visits import Risk, Seat, VisitRules, VisitStatus, check_open, draw, lot, officer_for, status_after

RATES = {Risk.REDONE: 1.0, Risk.EXTENDED: 0.5, Risk.OTHERS: 0.2}
SEATS = tuple(Seat(f"info-{number}", f"{number}号信息员", f"town-{number}") for number in range(4))
RULES = VisitRules(SEATS, RATES, attempts=3)
numbers = st.floats(min_value=0, max_value=1, exclude_max=True)
words = st.text(min_size=1, max_size=40)


@given(words, words, words)
def test_a_lot_is_a_number_anybody_can_compute_anew(petition: str, version: str, digest: str) -> None:
    assert 0 <= lot(petition, version, digest) < 1
    assert lot(petition, version, digest) == lot(petition, version, digest)


def test_every_part_of_a_lot_counts() -> None:
    one = lot("a", "1", "x")
    assert one == pytest.approx(0.4529624, abs=1e-7)  # printf "a\n1\nx" | sha256sum, its first 16 digits
    assert len({one, lot("b", "1", "x"), lot("a", "2", "x"), lot("a", "1", "y"), lot("a1", "", "x")}) == 5


def test_of_many_the_rate_is_drawn() -> None:
    lots = [lot(str(uuid.UUID(int=number)), "1", "x") for number in range(4000)]
    assert sum(draw(RULES, [], number).drawn for number in lots) / 4000 == pytest.approx(0.2, abs=0.02)


@given(st.sets(st.sampled_from(list(Risk))), numbers)
def test_the_highest_rate_of_its_classes_counts(risks: set[Risk], number: float) -> None:
    drawn = draw(RULES, risks, number)
    assert drawn.rate == max(RATES.get(risk, 0.0) for risk in risks or {Risk.OTHERS})
    assert drawn.drawn == (number < drawn.rate)
    assert f"{drawn.rate:.0%}" in drawn.told()


@given(numbers)
def test_a_class_of_all_leaves_nobody_out_and_one_of_none_takes_nobody(number: float) -> None:
    assert draw(RULES, [Risk.REDONE], number).drawn
    assert not draw(RULES, [Risk.SUPERVISED], number).drawn
    assert not draw(VisitRules(), [Risk.REDONE], number).drawn


@given(st.lists(st.sets(st.sampled_from([seat.unit for seat in SEATS[1:]])), max_size=40))
def test_visits_are_spread_evenly_and_never_to_whoever_handled_it(cases: list[set[str]]) -> None:
    loads: Counter[str] = Counter()
    for handled in cases:
        seat = officer_for(RULES, handled, loads)
        assert seat is not None
        assert seat.unit not in handled
        assert loads[seat.code] == min(loads[other.code] for other in SEATS if other.unit not in handled)
        loads[seat.code] += 1


def test_where_every_seat_is_of_a_handling_unit_there_is_none() -> None:
    assert officer_for(RULES, {seat.unit for seat in SEATS}, {}) is None


@pytest.mark.parametrize(
    ("reached", "failed_before", "status"),
    [
        (True, 0, VisitStatus.REACHED),
        (True, 2, VisitStatus.REACHED),
        (False, 0, VisitStatus.OPEN),
        (False, 1, VisitStatus.OPEN),
        (False, 2, VisitStatus.NOT_REACHED),
    ],
)
def test_how_far_a_visit_is_after_an_attempt(reached: bool, failed_before: int, status: VisitStatus) -> None:
    assert status_after(RULES, reached=reached, failed_before=failed_before) is status


@pytest.mark.parametrize("status", [status for status in VisitStatus if status is not VisitStatus.OPEN])
def test_what_is_over_is_not_changed(status: VisitStatus) -> None:
    check_open(VisitStatus.OPEN)
    with pytest.raises(RuleRefusal) as refused:
        check_open(status)
    assert refused.value.code == "visit-over"
