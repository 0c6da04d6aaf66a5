"""When an item is struck off the four lists: the table by hand, and what holds whatever the facts are."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts import Satisfaction
from domain.lists import (
    LACK_LABELS,
    LIST_GROUPING_LABELS,
    LIST_LABELS,
    LISTED_LABELS,
    Lack,
    Listed,
    ListGrouping,
    ListName,
    ListRules,
    Loop,
    Standing,
    standing_of,
    striking_rule,
)
from domain.stages import CLOSING_STAGES, FINAL_STAGES, Stage

DONE = Loop(Stage.ARCHIVED, solved=True, satisfaction=Satisfaction.SATISFIED)
RULES = ListRules()
STRICT = ListRules(silence_strikes_off=False)
LOOPS = st.builds(
    Loop,
    stage=st.sampled_from(Stage),
    solved=st.none() | st.booleans(),
    satisfaction=st.none() | st.sampled_from(Satisfaction),
    supervised=st.booleans(),
    refused=st.booleans(),
    assessable=st.booleans(),
)


@pytest.mark.parametrize(
    ("changes", "rules", "listed", "lacks"),
    [
        ({}, RULES, Listed.STRUCK_OFF, ""),
        ({"satisfaction": Satisfaction.BASICALLY_SATISFIED}, RULES, Listed.STRUCK_OFF, ""),
        ({"solved": False}, RULES, Listed.STRUCK_OFF, ""),
        ({"satisfaction": None}, RULES, Listed.STRUCK_OFF, ""),
        ({"satisfaction": None}, STRICT, Listed.LACKING, "verdict"),
        ({"satisfaction": None, "solved": False}, RULES, Listed.LACKING, "solution"),
        ({"satisfaction": None, "solved": False, "assessable": False}, STRICT, Listed.STRUCK_OFF, ""),
        ({"satisfaction": Satisfaction.DISSATISFIED}, RULES, Listed.LACKING, "satisfaction"),
        ({"satisfaction": Satisfaction.DISSATISFIED, "assessable": False}, RULES, Listed.STRUCK_OFF, ""),
        ({"solved": None}, RULES, Listed.LACKING, "completion"),
        ({"supervised": True}, RULES, Listed.LACKING, "supervision"),
        ({"refused": True}, RULES, Listed.KEPT, "consent"),
        ({"refused": True, "supervised": True}, RULES, Listed.KEPT, "supervision consent"),
        ({"stage": Stage.RATED}, RULES, Listed.PROVISIONAL, "archiving"),
        ({"stage": Stage.COMPLETED, "satisfaction": None}, RULES, Listed.PROVISIONAL, "verdict archiving"),
        ({"stage": Stage.IN_HAND, "satisfaction": None}, RULES, Listed.OPEN, "completion archiving"),
        ({"stage": Stage.MERGED}, RULES, Listed.ELSEWHERE, ""),
        ({"stage": Stage.TERMINATED, "supervised": True}, RULES, Listed.ELSEWHERE, ""),
    ],
)
def test_how_an_item_stands(changes: dict[str, Any], rules: ListRules, listed: Listed, lacks: str) -> None:
    expected = Standing(listed, tuple(map(Lack, lacks.split())))
    assert standing_of(dataclasses.replace(DONE, **changes), rules) == expected


@given(LOOPS, st.booleans())
def test_struck_off_is_what_lacks_nothing_and_was_to_be_done(loop: Loop, silence: bool) -> None:
    standing = standing_of(loop, ListRules(silence))
    assert (standing.listed is Listed.STRUCK_OFF) == (loop.stage is Stage.ARCHIVED and not standing.lacks)
    assert (standing.listed is Listed.ELSEWHERE) == (loop.stage in FINAL_STAGES - {Stage.ARCHIVED})
    assert (standing.listed is Listed.PROVISIONAL) == (loop.stage in CLOSING_STAGES)
    if standing.listed is Listed.STRUCK_OFF:
        assert loop.solved is not None
        assert not loop.supervised
        assert not loop.refused
        assert loop.satisfaction is not Satisfaction.DISSATISFIED or not loop.assessable


@given(LOOPS)
def test_a_stricter_rule_never_strikes_off_more(loop: Loop) -> None:
    if standing_of(loop, STRICT).listed is Listed.STRUCK_OFF:
        assert standing_of(loop, RULES).listed is Listed.STRUCK_OFF


def test_the_rule_is_told_as_it_is() -> None:
    assert "也销号" in striking_rule(RULES)
    assert "未评价的不销号" in striking_rule(STRICT)


def test_everything_has_a_name() -> None:
    for names, labels in (
        (ListName, LIST_LABELS),
        (Listed, LISTED_LABELS),
        (Lack, LACK_LABELS),
        (ListGrouping, LIST_GROUPING_LABELS),
    ):
        assert set(names) == set(labels)
