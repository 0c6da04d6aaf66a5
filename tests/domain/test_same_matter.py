"""Two petitions are the same matter when they are about the same and something ties them: never one alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.same_matter import (
    Likeness,
    Matter,
    SameMatterRules,
    Traits,
    asked_marks,
    compare,
    distance,
    marks,
    traits_of,
)
from tests.support.context import shipped_policy

LAMPS = Matter("municipal", "street-light-out", "路灯不亮")
NOISE = Matter("environment", "construction-noise", "建筑施工噪声")
LONG = "从解放路口往东一段连续三个晚上没有照明，路面又有坑，老人和孩子晚上出门很不安全，请派人来看一看怎么回事。"
LIKE_IT = "从解放路口往东一段连续三个晚上没有照明，路面上还有坑，老人和孩子晚上出门不安全，请派人来看看怎么回事。"
HERE = (117.56, 34.86)
NEAR = (117.561, 34.8605)
FAR = (117.58, 34.86)
MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def rules() -> SameMatterRules:
    found = shipped_policy().same_matter
    assert found is not None
    return found


def of(text: str, **known: Any) -> Traits:
    return traits_of(rules(), text, **known)


def compared(one: Traits, other: Traits) -> Likeness:
    return compare(one, other, rules())


SAME = {
    "one place, one matter, words of their own": (
        of("广济路的路灯坏了三盏", place="广济路", matter=LAMPS),
        of("晚上黑得看不见路，灯都不亮", place="广济路中段", matter=LAMPS),
    ),
    "near points, one matter": (
        of("灯不亮", point=HERE, matter=LAMPS),
        of("路灯坏了", point=NEAR, matter=LAMPS),
    ),
    "the same short words at the same place": (
        of("路灯坏了", place="广济路", matter=LAMPS),
        of("路灯坏了！", place="广济路", matter=LAMPS),
    ),
    "a long text nobody writes twice by chance": (of(LONG), of(LONG)),
    "a long text with a few other words": (of(LONG, matter=LAMPS), of(LIKE_IT, matter=LAMPS)),
    "one person, one matter, much the same words": (
        of("路灯坏了好几天没人管", person=1, matter=LAMPS),
        of("路灯坏了好几天没有人管", person=1, matter=LAMPS),
    ),
    "places named in the text": (
        of("青檀花园小区门口路灯不亮", matter=LAMPS),
        of("我住青檀花园，晚上没有路灯", matter=LAMPS),
    ),
}
OTHER = {
    "the same short words in two places": (
        of("路灯坏了", place="广济路", matter=LAMPS),
        of("路灯坏了", place="光明大道", matter=LAMPS),
    ),
    "the same short words of nobody nowhere": (of("路灯坏了", matter=LAMPS), of("路灯坏了", matter=LAMPS)),
    "the same words at points far apart": (
        of(LONG, point=HERE, matter=LAMPS, person=1),
        of(LONG, point=FAR, matter=LAMPS, person=1),
    ),
    "a long text in two places": (of(LONG, place="广济路"), of(LONG, place="光明大道")),
    "one person, two matters": (
        of("楼下夜里施工吵得睡不着", person=1, matter=NOISE, place="广济路"),
        of("门口路灯不亮", person=1, matter=LAMPS, place="广济路"),
    ),
    "one place, two matters": (
        of("夜里施工吵得睡不着", matter=NOISE, place="广济路"),
        of("门口路灯不亮", matter=LAMPS, place="广济路"),
    ),
    "months apart": (
        of("路灯坏了", place="广济路", matter=LAMPS, at=MONDAY),
        of("路灯坏了", place="广济路", matter=LAMPS, at=MONDAY + dt.timedelta(days=31)),
    ),
    "nothing said": (of("", person=1), of("", person=1)),
    "emoji only": (of("😡😡😡", person=1, place="广济路"), of("😡😡😡", person=1, place="广济路")),
    "one letter held down": (of("啊" * 200), of("啊" * 200)),
    "one phrase over and over": (of("快来人" * 2000), of("快来人" * 2000)),
    "courtesies": (
        of("尊敬的领导您好，恳请有关部门高度重视，尽快解决，谢谢！井盖丢了"),
        of("尊敬的领导您好，恳请有关部门高度重视，尽快解决，谢谢！暖气不热"),
    ),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME.keys())
def test_the_same_matter(pair: tuple[Traits, Traits]) -> None:
    found = compared(*pair)
    assert found.score >= rules().threshold, found
    assert found.reasons
    assert asked_marks(pair[0], rules()) & marks(pair[1], rules()), "it would not be found"


@pytest.mark.parametrize("pair", OTHER.values(), ids=OTHER.keys())
def test_another_matter(pair: tuple[Traits, Traits]) -> None:
    found = compared(*pair)
    assert found.score < rules().threshold, found
    assert not found.exact_repeat


AGAIN = "大门口的路灯坏了三天了"
REPEATS = {
    "word for word": (of(AGAIN, person=1), of(AGAIN + "！", person=1), True),
    "somebody else": (of(AGAIN, person=1), of(AGAIN, person=2), False),
    "nobody known": (of(AGAIN), of(AGAIN), False),
    "too short to tell": (of("路灯坏了", person=1), of("路灯坏了", person=1), False),
    "a place was added": (of(AGAIN, person=1), of(AGAIN, person=1, place="广济路"), False),
    "the place is the same": (of(AGAIN, person=1, place="广济路"), of(AGAIN, person=1, place="广济路"), True),
    "other words": (of(AGAIN, person=1), of("大门口的路灯又坏了", person=1), False),
    "long after": (of(AGAIN, person=1, at=MONDAY), of(AGAIN, person=1, at=MONDAY + dt.timedelta(days=31)), False),
}


@pytest.mark.parametrize(("one", "other", "repeats"), REPEATS.values(), ids=REPEATS.keys())
def test_who_repeats_what_they_said(one: Traits, other: Traits, repeats: bool) -> None:
    assert compared(one, other).exact_repeat is repeats


def test_the_reasons_say_what_is_common() -> None:
    one = of(LONG, matter=LAMPS, point=HERE, person=1)
    other = of(LONG, matter=LAMPS, point=NEAR, person=1)
    said = compared(one, other).reasons
    assert said[0].startswith("文字相同")
    assert said[1:] == ("同属“路灯不亮”", "地点相距107米", "同一诉求人")
    assert compared(of("", matter=LAMPS, place="广济路"), of("x", matter=LAMPS, place="广济路")).reasons == (
        "同属“路灯不亮”",
        "都提到“广济路”",
    )


def test_what_rests_on_the_person_alone_is_known() -> None:
    one, other = of("路灯坏了好几天没人管", person=1, matter=LAMPS), of("路灯坏了好几天没人管", person=1, matter=LAMPS)
    found = compared(one, other)
    assert found.score >= rules().threshold > found.impersonal


WORDS = st.text("广济路灯坏了光明小区😡 ，abc", max_size=40)
ANY = st.builds(
    of,
    WORDS,
    place=WORDS,
    point=st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    matter=st.sampled_from((Matter(), Matter("municipal"), LAMPS, NOISE)),
    person=st.none() | st.integers(1, 3),
    at=st.integers(0, 150).map(lambda days: MONDAY + dt.timedelta(days=days)),
)


@given(ANY, ANY)
def test_it_does_not_matter_who_came_first(one: Traits, other: Traits) -> None:
    here, there = compared(one, other), compared(other, one)
    assert (here.score, here.exact_repeat) == (there.score, there.exact_repeat)
    assert 0 <= here.impersonal <= here.score <= 1


@given(ANY, ANY)
def test_the_same_matter_is_found_by_a_mark_unless_the_texts_are_half_as_much_alike(one: Traits, other: Traits) -> None:
    found = compared(one, other)
    tied = "同一诉求人" in found.reasons or any(reason.startswith(("都提到", "地点")) for reason in found.reasons)
    if found.score >= rules().threshold and tied and one.matter == other.matter:
        assert asked_marks(one, rules()) & marks(other, rules())


@given(st.floats(116, 119), st.floats(33, 36), st.floats(-0.0017, 0.0017), st.floats(-0.0017, 0.0017))
def test_whatever_is_near_is_asked_for(longitude: float, latitude: float, east: float, north: float) -> None:
    here, there = (longitude, latitude), (longitude + east, latitude + north)
    if distance(here, there) <= rules().near_metres:
        one, other = of("灯", point=here, matter=LAMPS), of("坏", point=there, matter=LAMPS)
        assert asked_marks(one, rules()) & marks(other, rules())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我住青檀花园小区，门口路灯不亮", {"青檀花园", "花园小区"}),
        ("广济路路灯坏了", {"广济路"}),
        ("没有照明，路面有坑，这条路是条马路", set()),
        ("", set()),
        ("路", set()),
    ],
)
def test_names_of_places(text: str, names: set[str]) -> None:
    assert of(text).names == names


def test_a_text_that_says_little_has_no_marks_of_its_own() -> None:
    assert marks(of("路灯坏了", matter=LAMPS), rules()) == frozenset()
    assert len(marks(of(LONG), rules())) >= 12


def test_the_figures_are_those_of_the_policy() -> None:
    one, other = of("路灯坏了", place="广济路", matter=LAMPS), of("灯不亮啊", place="广济路", matter=LAMPS)
    assert compared(one, other).score == pytest.approx(0.35)
    half = dataclasses.replace(rules(), place_weight=0.35)
    assert compare(one, other, half).score == pytest.approx(0.175)
