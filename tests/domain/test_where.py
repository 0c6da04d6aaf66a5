"""Where a matter lies when coordinate, known town and words agree, differ or are silent."""

from __future__ import annotations

import dataclasses

import pytest

from domain.coordinates import Position
from domain.gazetteer import PlaceKind, PlaceName
from domain.place import Grid, Located
from domain.where import Where, where
from tests.support.facts import NORTH_TOWN, SOUTH_TOWN, a_policy

HERE = Position(117.5, 34.8)
NORTH = Located(HERE, "geo-1", NORTH_TOWN, Grid("G1", "一网格", NORTH_TOWN))
OUTSIDE = Located(HERE, "geo-1", outside=True)
UNPLACED = Located(HERE, "geo-1")
VILLAGE = PlaceName("桃园", PlaceKind.VILLAGE, SOUTH_TOWN, ("桃园村",))
POLICY = a_policy(
    dispatch=dataclasses.replace(
        a_policy().dispatch,
        town_words={NORTH_TOWN: ("北街道",), SOUTH_TOWN: ("南街道", "桃园村")},
        places=(VILLAGE,),
        roads=("大路",),
        outside=("西城区",),
    )
)
BY_COORDINATE = "坐标位于一网格(北街道)"
CASES = {
    "nothing": ("", "路灯不亮", None, None, Where(None, "")),
    "the place": ("北街道", "路灯不亮", None, None, Where(NORTH_TOWN, "地点“北街道”属于北街道")),
    "the text": ("", "北街道路灯不亮", None, None, Where(NORTH_TOWN, "地点“北街道”属于北街道")),
    "the place before the text": ("北街道", "南街道也有", None, None, Where(NORTH_TOWN, "地点“北街道”属于北街道")),
    "what is known": ("北街道", "", SOUTH_TOWN, None, Where(SOUTH_TOWN, "地点属于南街道")),
    "a town that is gone": ("北街道", "", "gone", None, Where(NORTH_TOWN, "地点“北街道”属于北街道")),
    "the coordinate": ("", "路灯不亮", None, NORTH, Where(NORTH_TOWN, BY_COORDINATE)),
    "before what is known": ("", "", SOUTH_TOWN, NORTH, Where(NORTH_TOWN, BY_COORDINATE)),
    "coordinate and words agree": ("北街道", "", None, NORTH, Where(NORTH_TOWN, BY_COORDINATE)),
    "they differ": ("南街道", "", None, NORTH, Where(None, "坐标在北街道，文字中地点“南街道”属于南街道")),
    "outside": ("北街道", "", None, OUTSIDE, Where(None, "坐标在本区范围以外", elsewhere=True)),
    "a place without a town": ("北街道", "", None, UNPLACED, Where(NORTH_TOWN, "地点“北街道”属于北街道")),
    "words of elsewhere": ("", "西城区路灯", None, None, Where(None, "“西城区”在本区以外", elsewhere=True)),
    "elsewhere by word, here by coordinate": ("", "西城区路灯", None, NORTH, Where(NORTH_TOWN, BY_COORDINATE)),
    "a village": ("桃园村", "", None, None, Where(SOUTH_TOWN, "地点“桃园村”属于南街道", rural=True)),
    "a village and a road": ("", "桃园村到大路", None, None, Where(SOUTH_TOWN, "地点“桃园村”属于南街道")),
}


@pytest.mark.parametrize(("place", "text", "known", "located", "found"), CASES.values(), ids=CASES)
def test_where(place: str, text: str, known: str | None, located: Located | None, found: Where) -> None:
    assert where(place, text, known, located, POLICY) == found
