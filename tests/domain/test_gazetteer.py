"""Place names in a text, with their traps: words of every day, names of two towns, roads, other districts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gazetteer import Gazetteer, NamedPlace, PlaceKind, PlaceName

NAMES = {"north": "北街道", "south": "南山镇", "east": "东河镇"}
PLACES = (
    PlaceName("光明", PlaceKind.COMMUNITY, "north", ("光明社区", "光明居委会")),
    PlaceName("公园", PlaceKind.COMMUNITY, "north", ("公园社区",)),
    PlaceName("桃园", PlaceKind.VILLAGE, "south", ("桃园村", "桃园村委会")),
    PlaceName("大桃园", PlaceKind.VILLAGE, "east", ("大桃园村",)),
    PlaceName("丁庄", PlaceKind.VILLAGE, "south", ("丁庄村",)),
    PlaceName("丁庄", PlaceKind.RURAL_COMMUNITY, "east", ("丁庄村", "丁庄社区")),
    PlaceName("锦绣花园", PlaceKind.ESTATE, "north", ("锦绣花园",)),
)
WORDS = {
    town: (name, *(word for place in PLACES if place.town == town for word in place.words))
    for town, name in NAMES.items()
}
GAZETTEER = Gazetteer(WORDS, PLACES, roads=("光明路",), outside=("滕州", "薛城区"), near=6)

TOWNS = [
    ("nothing", "路灯不亮", None, ""),
    ("a-town", "南山镇政府门前", "south", "南山镇"),
    ("a-village-with-its-suffix", "桃园村口", "south", "桃园村"),
    ("a-bare-name-is-a-word", "公园里的路灯，光明的前途", None, ""),
    ("a-bare-name-after-its-town", "南山镇桃园的水井", "south", "桃园"),
    ("a-bare-name-before-its-town", "桃园(南山镇)的水井", "south", "桃园"),
    ("a-bare-name-far-from-its-town", "南山镇政府承诺过多次至今的桃园", "south", "南山镇"),
    ("a-bare-name-near-another-town", "东河镇公园", "east", "东河镇"),
    ("a-lamp-is-no-road", "南山镇桃园路灯", "south", "桃园"),
    ("a-bare-name-of-a-road", "南山镇桃园路", "south", "南山镇"),
    ("the-longer-name-alone", "大桃园村口", "east", "大桃园村"),
    ("one-name-in-two-towns", "丁庄村的路", None, ""),
    ("its-town-settles-it", "东河镇丁庄村的路", "east", "东河镇"),
    ("another-village-settles-it", "从丁庄村到大桃园村", "east", "大桃园村"),
    ("a-suffix-that-one-alone-has", "丁庄社区的路", "east", "丁庄社区"),
    ("two-towns", "北街道与南山镇交界", None, ""),
    ("two-places-of-a-town", "光明社区与公园社区之间", "north", "光明社区"),
    ("a-road-is-no-community", "光明路路口", None, ""),
    ("a-road-and-a-town", "光明路南山镇段", "south", "南山镇"),
    ("an-estate", "锦绣花园三栋", "north", "锦绣花园"),
    ("elsewhere", "滕州的路灯", None, ""),
]


@pytest.mark.parametrize(("text", "town", "word"), [case[1:] for case in TOWNS], ids=[case[0] for case in TOWNS])
def test_towns(text: str, town: str | None, word: str) -> None:
    found = GAZETTEER.read(text)
    assert (found.town, found.word) == (town, word)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [("丁庄村", ("east", "south")), ("北街道与南山镇", ("north", "south")), ("桃园村", ()), ("光明路", ())],
)
def test_towns_between_which_a_text_leaves_it_open(text: str, candidates: tuple[str, ...]) -> None:
    assert GAZETTEER.read(text).candidates == candidates


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("桃园村口", "地点“桃园村”属于南山镇"),
        ("丁庄村的路", "“丁庄村”在南山镇、东河镇都有，单凭名字不知在哪里"),
        ("北街道与南山镇", "文中的地点分属北街道、南山镇"),
        ("光明路路口", "“光明路”是道路名，不据以判断镇街"),
        ("滕州的路灯", "“滕州”在本区以外"),
        ("光明路的桃园村", "地点“桃园村”属于南山镇"),
        ("路灯不亮", ""),
    ],
)
def test_reasons(text: str, said: str) -> None:
    assert "；".join(GAZETTEER.read(text).reasons(NAMES.__getitem__)) == said


@pytest.mark.parametrize(
    ("text", "outside", "elsewhere"),
    [
        ("薛城区的路灯", ("薛城区",), True),
        ("从滕州到南山镇", ("滕州",), False),
        ("光明路，近薛城区", ("薛城区",), False),
        ("滕州路口", (), False),
        ("滕州路灯", ("滕州",), True),
        ("薛城区路灯", ("薛城区",), True),
        ("滕州街的店", (), False),
        ("路灯", (), False),
    ],
)
def test_places_outside(text: str, outside: tuple[str, ...], elsewhere: bool) -> None:
    found = GAZETTEER.read(text)
    assert (found.outside, found.speaks_of_elsewhere) == (outside, elsewhere)


@pytest.mark.parametrize(
    ("text", "rural"),
    [
        ("桃园村", True),
        ("南山镇桃园", True),
        ("光明社区", False),
        ("南山镇", None),
        ("丁庄社区", True),
        ("丁庄村", True),
    ],
)
def test_whether_it_is_a_village(text: str, rural: bool | None) -> None:
    assert GAZETTEER.read(text).rural is rural
    assert GAZETTEER.read(text).is_in_a_village is (rural is True)


def test_a_road_may_be_anywhere_though_a_village_is_named() -> None:
    found = GAZETTEER.read("桃园村村民反映光明路的路灯")
    assert (found.rural, found.is_in_a_village) == (True, False)


def test_a_policy_from_before_knows_the_names_of_towns_alone() -> None:
    former = Gazetteer(WORDS)
    assert former.read("桃园村口").town == "south"
    assert former.read("丁庄村").candidates == ("east", "south")
    assert former.read("南山镇桃园").word == "南山镇"
    assert former.read("桃园村").named == (NamedPlace("桃园村", PlaceKind.TOWN, ("south",)),)


@given(st.text(alphabet="南山镇东河北街道桃园大丁庄村社区光明路滕州公 A", max_size=40))
def test_whatever_is_read_agrees_with_itself(text: str) -> None:
    found = GAZETTEER.read(text)
    if found.town is not None:
        assert found.candidates == ()
        assert found.word in text
        assert all(found.town in item.towns for item in found.named if item.towns)
    assert all(item.word in text for item in found.named)
    assert GAZETTEER.read(text) == found
