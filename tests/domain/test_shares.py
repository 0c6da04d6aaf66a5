"""Shares as they are shown, how sure they are, and who is ranked where."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from domain.shares import Mix, Share, Verdict, expected, percent, ranking, total, wilson

shares = st.integers(0, 400).flatmap(lambda base: st.integers(0, base).map(lambda found: Share(found, base)))
filled = shares.filter(lambda share: share.base > 0)
mixes = st.dictionaries(st.sampled_from([None, "roads", "water", "heating"]), shares, max_size=4)
groups = st.dictionaries(st.sampled_from(["a", "b", "c", "d", None]), mixes, max_size=5)
confidences = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(
    ("numerator", "base", "decimals", "shown"),
    [
        (1232, 1238, 1, "99.5%"),  # the district's newspaper: cases followed up
        (694, 699, 2, "99.28%"),  # the same: cases that the media followed; 694 is what gives its percentage
        (340, 340, 0, "100%"),
        (0, 7, 2, "0.00%"),
        (7, 7, 2, "100.00%"),
        (1, 8, 2, "12.50%"),
        (1, 8, 0, "13%"),  # half a place is rounded up
        (1, 800, 1, "0.1%"),
        (2, 3, 2, "66.67%"),
        (99999, 100000, 2, "99.99%"),  # not all is never shown as all
        (1, 100000, 2, "0.01%"),  # nor something as nothing
        (199, 200, 0, "99%"),
        (1, 1000, 0, "1%"),
    ],
)
def test_a_percentage_as_it_is_shown(numerator: int, base: int, decimals: int, shown: str) -> None:
    assert percent(Fraction(numerator, base), decimals) == shown


def test_no_other_number_of_cases_gives_what_the_newspaper_says() -> None:
    assert [found for found in range(700) if percent(Fraction(found, 699), 2) == "99.28%"] == [694]
    assert [found for found in range(1239) if percent(Fraction(found, 1238), 1) == "99.5%"] == [1232]


@given(filled, st.integers(0, 4))
def test_what_is_shown_is_within_half_a_place_and_never_all_but_of_all(share: Share, decimals: int) -> None:
    assert share.value is not None
    shown = Fraction(percent(share.value, decimals).removesuffix("%")) / 100
    assert abs(shown - share.value) <= Fraction(1, 100 * 10**decimals)
    assert (shown == 1) == (share.value == 1)
    assert (shown == 0) == (share.value == 0)


@pytest.mark.parametrize(("numerator", "base"), [(2, 1), (-1, 3), (1, 0)])
def test_no_share_is_more_than_the_whole(numerator: int, base: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        Share(numerator, base)


@given(filled, confidences)
def test_the_interval_is_wilsons(share: Share, confidence: float) -> None:
    known = binomtest(share.numerator, share.base).proportion_ci(confidence, method="wilson")
    assert wilson(share, confidence) == pytest.approx((known.low, known.high), abs=1e-9)


@given(shares, confidences)
def test_the_share_lies_in_its_interval(share: Share, confidence: float) -> None:
    low, high = wilson(share, confidence)
    assert 0 <= low <= float(share.value or 0) + 1e-12
    assert float(share.value if share.value is not None else 1) - 1e-12 <= high <= 1


@given(mixes)
def test_who_does_as_everybody_is_expected_to_do_just_that(mix: Mix) -> None:
    assert expected(mix, mix) == total(mix).value


def test_the_harder_cases_are_not_held_against_a_unit() -> None:
    easy, hard = Share(90, 100), Share(30, 60)
    found = ranking(
        {"easy": {"roads": easy}, "hard": {"roads": Share(19, 20), "heating": hard}},
        least_cases=30,
        confidence=0.95,
        more_is_better=True,
    )
    assert found["hard"].share.value == Fraction(49, 80)
    assert found["easy"].share.value == Fraction(9, 10)
    assert (found["hard"].rank, found["easy"].rank) == (1, 2), "of each category it did no worse"


@pytest.mark.parametrize(("more_is_better", "order"), [(True, {"a": 1, "b": 2}), (False, {"a": 2, "b": 1})])
def test_more_or_less_is_better(more_is_better: bool, order: dict[str, int]) -> None:
    mixed: dict[str | None, Mix] = {"a": {"roads": Share(90, 100)}, "b": {"roads": Share(10, 100)}}
    found = ranking(mixed, least_cases=30, confidence=0.95, more_is_better=more_is_better)
    assert {key: item.rank for key, item in found.items()} == order
    assert (found["a"].verdict, found["b"].verdict) == (Verdict.ABOVE, Verdict.BELOW)


def test_equals_share_a_place_and_the_next_counts_on() -> None:
    half, little = Share(50, 100), Share(10, 100)
    mixed: dict[str | None, Mix] = {"a": {"roads": half}, "b": {"roads": half}, "c": {"roads": little}}
    found = ranking(mixed, least_cases=30, confidence=0.95, more_is_better=True)
    assert {key: (item.rank, item.tied) for key, item in found.items()} == {
        "a": (1, True),
        "b": (1, True),
        "c": (3, False),
    }


@given(groups, st.integers(1, 200), st.booleans())
def test_whoever_has_too_few_is_beside_the_ranking(found: dict[str | None, Mix], least: int, better: bool) -> None:
    ranked = ranking(found, least_cases=least, confidence=0.95, more_is_better=better)
    assert ranked.keys() == found.keys()
    for key, item in ranked.items():
        few = key is None or item.share.base < least
        assert (item.rank is None) == few == (item.verdict is Verdict.TOO_FEW)
    places = sorted(item.rank for item in ranked.values() if item.rank is not None)
    assert all(places.index(place) + 1 == place for place in places)
    everybody = sum((item.share for item in ranked.values()), Share())
    should = sum(item.expected * item.share.base for item in ranked.values() if item.expected is not None)
    assert should == everybody.numerator, "what is expected of all is what all did"
