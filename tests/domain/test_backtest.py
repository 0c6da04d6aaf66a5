"""Two sets of rules on the same closed cases: what counts as better, as worse, and as too few to say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.backtest import Comparison, Figures, Replayed, most_changed, replayed
from domain.dispatch import Candidate, Dispatch, DispatchRequest
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.learning_rules import LearningRules
from domain.past_cases import PastCase, role_of, under
from tests.support.context import shipped_policy

RULES = LearningRules(least_cases=10, tolerance=0.05)
RIGHT, WRONG, DESK = "municipal-parks", "power-supply", None


def case(unit: str = RIGHT, sub_category: str | None = "street-light-out") -> PastCase:
    return PastCase("SZ-20260302-00001", DispatchRequest("路灯不亮"), unit, sub_category)


def said(unit: str | None, *, first: str | None = None, sub_category: str | None = "street-light-out") -> Replayed:
    """A dispatcher's word on the case; `first` is its best guess where it was not sure."""
    named = unit or first
    return Replayed(case(), unit, (named,) if named else (), sub_category)


def comparison(*pairs: tuple[str | None, str | None], times: int = 1) -> Comparison:
    found = Comparison()
    for before, after in pairs * times:
        found.add(said(before), said(after))
    return found


@pytest.mark.parametrize(
    ("pairs", "faults"),
    [
        ([(RIGHT, RIGHT)] * 20, []),
        ([(RIGHT, RIGHT)] * 19 + [(RIGHT, DESK)], []),
        (
            [(RIGHT, RIGHT)] * 18 + [(RIGHT, DESK)] * 2,
            ["首选正确由20件降为18件", "自动派遣由派对20件、派错0件变为派对18件、派错0件"],
        ),
        ([(RIGHT, RIGHT)] * 18 + [(DESK, WRONG)] * 2, ["自动派遣由派对18件、派错0件变为派对18件、派错2件"]),
        ([(WRONG, RIGHT)] * 10 + [(RIGHT, RIGHT)] * 10, []),
    ],
    ids=["same", "within what is tolerated", "fewer right", "more sent wrong", "better"],
)
def test_what_counts_as_worse(pairs: list[tuple[str | None, str | None]], faults: list[str]) -> None:
    assert comparison(*pairs).faults(RULES) == faults


def test_asking_the_desk_more_often_is_no_fault_where_it_saves_returns() -> None:
    found = Comparison()
    for before, after in [(said(WRONG), said(DESK, first=RIGHT)), (said(RIGHT), said(DESK, first=RIGHT))] * 10:
        found.add(before, after)
    assert found.faults(RULES) == []
    assert found.returns_saved == 10


def test_too_few_cases_judge_nothing() -> None:
    pair = (RIGHT, WRONG)
    assert comparison(pair, times=RULES.least_cases - 1).faults(RULES) == []
    assert comparison(pair, times=RULES.least_cases).faults(RULES) != []


@pytest.mark.parametrize(
    ("before", "after", "gain"),
    [
        (WRONG, RIGHT, 2),
        (DESK, RIGHT, 1),
        (WRONG, DESK, 1),
        (RIGHT, DESK, -1),
        (DESK, WRONG, -1),
        (RIGHT, WRONG, -2),
        (WRONG, "energy", 0),
    ],
)
def test_a_case_that_moves_says_whether_for_the_better(before: str | None, after: str | None, gain: int) -> None:
    (move,) = comparison((before, after)).moves
    assert move.gain == gain


sides = st.lists(st.tuples(st.sampled_from([RIGHT, WRONG, DESK]), st.sampled_from([RIGHT, WRONG, DESK])), min_size=1)


@given(sides)
def test_the_figures_add_up(pairs: list[tuple[str | None, str | None]]) -> None:
    found = comparison(*pairs)
    for figures in (found.before, found.after):
        assert figures.cases == len(pairs)
        assert figures.right_alone + figures.misdirected == figures.alone <= figures.cases
        assert figures.right_alone <= figures.first <= figures.among_three <= figures.cases
    assert found.returns_saved == sum((before == WRONG) - (after == WRONG) for before, after in pairs)
    assert len(found.moves) == sum(before != after for before, after in pairs)
    assert sum(move.gain > 0 for move in found.moves) - sum(move.gain < 0 for move in found.moves) == sum(
        (merit(after) > merit(before)) - (merit(after) < merit(before)) for before, after in pairs
    )


def merit(unit: str | None) -> int:
    return {RIGHT: 1, DESK: 0, WRONG: -1}[unit]


@given(sides)
def test_what_changes_nothing_is_never_worse(pairs: list[tuple[str | None, str | None]]) -> None:
    assert comparison(*((before, before) for before, _ in pairs), times=RULES.least_cases).faults(RULES) == []


def test_the_worst_sub_categories_come_first_and_unchanged_ones_not_at_all() -> None:
    found = Comparison()
    for matter, before, after in (("a", RIGHT, WRONG), ("b", WRONG, RIGHT), ("c", RIGHT, RIGHT)):
        of_matter = replace(case(), sub_category=matter)
        found.add(replace(said(before), case=of_matter), replace(said(after), case=of_matter))
    assert [matter for matter, _ in most_changed(found, 5)] == ["a", "b"]
    assert [matter for matter, _ in most_changed(found, 1)] == ["a"]


def test_where_every_town_is_right_each_counts() -> None:
    answer = Dispatch(
        "kuangqu-street", None, None, (Candidate("kuangqu-street", None, 3.0, ()), Candidate(RIGHT, None, 1.0, ())),
        "", "v",
    )  # fmt: skip
    towns = frozenset({"kuangqu-street"})
    assert replayed(case(TOWN_OF_PLACE), answer, towns).right_alone
    assert replayed(case("kuangqu-street"), answer, towns).right_alone
    assert replayed(case(RIGHT), answer, towns).misdirected


def test_a_matter_nobody_knows_is_not_counted() -> None:
    figures = Figures()
    figures.add(replace(said(RIGHT), case=case(sub_category=None)))
    assert (figures.matters, figures.right_matters) == (0, 0)


def test_a_duty_that_changes_hands_takes_its_cases_along() -> None:
    policy = shipped_policy()
    moved = replace(
        policy,
        sub_categories=tuple(
            replace(item, lead=WRONG) if item.code == "street-light-out" else item for item in policy.sub_categories
        ),
    )
    handed_over = under(case(), policy, moved)
    assert handed_over is not None
    assert handed_over.unit == WRONG
    done_by_another = under(case("kuangqu-street"), policy, moved)
    assert done_by_another is not None
    assert done_by_another.unit == "kuangqu-street"
    assert under(case(sub_category=None), policy, moved) == case(sub_category=None)


def test_a_unit_that_is_gone_says_nothing() -> None:
    policy = shipped_policy()
    without = replace(policy, units=tuple(unit for unit in policy.units if unit.code != RIGHT))
    assert under(case(), policy, without) is None


def test_towns_share_one_part() -> None:
    policy = shipped_policy()
    assert role_of("kuangqu-street", policy) == TOWN_OF_PLACE
    assert role_of(RIGHT, policy) == RIGHT
    assert role_of("former-unit", policy) == "former-unit"
