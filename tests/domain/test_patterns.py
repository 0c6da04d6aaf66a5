"""Patterns stand out where they were planted, and hardly ever where everybody is the same."""

from __future__ import annotations

import dataclasses
import random
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pattern_rules import PatternRules
from domain.patterns import (
    PATTERN_LABELS,
    PATTERN_MEANINGS,
    Counted,
    Evidence,
    PatternKind,
    Tally,
    chance_of,
    judge,
)
from domain.shares import Share, wilson

RULES = PatternRules()
KIND = PatternKind.NO_CONTACT
NOBODYS = Share()


def tally(unit: str, base: int, hits: int) -> Tally:
    return Tally(base, [Evidence(f"{unit}-{number}", "未联系") for number in range(hits)])


def counted(shares: dict[str, tuple[int, int]], kind: PatternKind = KIND, beside: Share = NOBODYS) -> Counted:
    return Counted(kind, {unit: tally(unit, base, hits) for unit, (hits, base) in shares.items()}, beside)


PLANTED = {"bad": (20, 40), "one": (4, 100), "two": (5, 100), "three": (3, 100)}


def test_what_was_planted_is_found_with_all_that_tells_how_much() -> None:
    judged = judge([counted(PLANTED)], RULES)
    [found] = judged.found
    assert (found.kind, found.subject, found.share, found.peers) == (KIND, "bad", Share(20, 40), Share(12, 300))
    assert (found.low, found.high) == wilson(Share(20, 40), 0.95)
    assert found.p < 1e-9
    assert [item.case for item in found.cases] == [f"bad-{number}" for number in range(20)]
    assert (judged.tests, judged.expected_false) == (4, 0.05)


@pytest.mark.parametrize(
    ("changes", "shares"),
    [
        ({"least_base": 41}, PLANTED),
        ({"least_cases": 21}, PLANTED),
        ({"times": 13}, PLANTED),
        ({"least_peers": 301}, PLANTED),
        ({}, {"bad": (12, 40), "one": (30, 100), "two": (29, 100)}),
        ({}, {"bad": (4, 4), "one": (4, 100), "two": (5, 100)}),
        ({}, {"alone": (40, 40)}),
        ({}, {}),
    ],
    ids=["too few", "too few cases", "no difference worth a look", "no peers", "as the others", "4", "alone", "nobody"],
)
def test_what_is_not_raised(changes: dict[str, float], shares: dict[str, tuple[int, int]]) -> None:
    assert judge([counted(shares)], dataclasses.replace(RULES, **changes)).found == ()  # type: ignore[arg-type]


def test_a_certain_but_small_difference_is_nothing_for_a_person() -> None:
    shares = {"bad": (1300, 10_000), "one": (10_000, 100_000)}
    assert chance_of(Share(1300, 10_000), Share(10_000, 100_000)) < 1e-15
    assert judge([counted(shares)], RULES).found == ()


def test_pairs_of_units_need_fewer_cases() -> None:
    shares = {"a|b": (9, 12), "c|d": (2, 60)}
    assert judge([counted(shares, PatternKind.NO_CONTACT)], RULES).found == ()
    [found] = judge([counted(shares, PatternKind.PING_PONG)], RULES).found
    assert found.subject == "a|b"


def test_always_satisfied_is_held_against_what_petitioners_say_themselves() -> None:
    shares, kind = {"praised": (120, 120), "usual": (54, 60)}, PatternKind.ALWAYS_SATISFIED
    [found] = judge([counted(shares, kind, beside=Share(255, 300))], RULES).found
    assert (found.subject, found.peers) == ("praised", Share(309, 360))
    nearly = {"praised": (114, 120), "usual": (54, 60)}
    assert judge([counted(nearly, kind, beside=Share(255, 300))], RULES).found == ()
    assert judge([counted(shares, kind, beside=Share(300, 300))], RULES).found == (), "where everybody is content"


def test_what_a_person_has_judged_is_not_raised_again_and_new_cases_are() -> None:
    judged = {(KIND, "bad"): frozenset(f"bad-{number}" for number in range(20))}
    assert judge([counted(PLANTED)], RULES, judged).found == ()
    assert judge([counted(PLANTED)], RULES, {(PatternKind.PING_PONG, "bad"): judged[KIND, "bad"]}).found != ()
    worse = PLANTED | {"bad": (45, 90)}
    [found] = judge([counted(worse)], RULES, judged).found
    assert found.share == Share(25, 70)
    assert {item.case for item in found.cases} == {f"bad-{number}" for number in range(20, 45)}


@given(st.integers(1, 40), st.integers(1, 60), st.data())
def test_the_chance_is_that_of_dealing_out_by_lot(n: int, others: int, data: st.DataObject) -> None:
    k, rest = data.draw(st.integers(0, n)), data.draw(st.integers(0, others))
    total, hits = n + others, k + rest
    exact = Fraction(
        sum(comb(hits, more) * comb(total - hits, n - more) for more in range(k, min(n, hits) + 1)), comb(total, n)
    )
    expected = float(exact) if k * total > hits * n else 1.0
    assert chance_of(Share(k, n), Share(rest, others)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3])
def test_where_everybody_is_honest_hardly_anybody_is_flagged(rate: float) -> None:
    """Sixty units alike in each of seven patterns, looked at fifty times: 21 000 tests."""
    rng, found, looks = random.Random(20260302), 0, 50
    for _ in range(looks):
        looked = []
        for kind in list(PatternKind)[:7]:
            shares = {}
            for unit in range(60):
                base = rng.randrange(30, 200)
                shares[str(unit)] = (sum(rng.random() < rate for _ in range(base)), base)
            looked.append(counted(shares, kind))
        found += len(judge(looked, RULES).found)
    assert found <= looks * RULES.false_share, f"{found} false findings in {looks} looks"


def test_without_the_correction_chance_alone_would_flag_many() -> None:
    """What the procedure is for: the same honest units, each test by itself."""
    rng = random.Random(7)
    shares = {str(unit): (sum(rng.random() < 0.1 for _ in range(60)), 60) for unit in range(400)}
    whole = sum((Share(*pair) for pair in shares.values()), Share())
    alone = [
        chance_of(Share(hits, base), Share(whole.numerator - hits, whole.base - base)) for hits, base in shares.values()
    ]
    assert sum(chance <= 0.05 for chance in alone) >= 5
    assert judge([counted(shares)], dataclasses.replace(RULES, least_cases=1, times=1)).found == ()


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=8),
    st.floats(0.01, 0.4),
)
def test_what_is_found_is_always_more_than_the_peers_have(
    drawn: dict[str, tuple[int, int]], false_share: float
) -> None:
    shares = {unit: (min(pair), max(pair)) for unit, pair in drawn.items()}
    judged = judge([counted(shares)], dataclasses.replace(RULES, false_share=false_share))
    assert judged.tests <= len(shares)
    for found in judged.found:
        assert found.share.base >= RULES.least_base
        assert found.share.numerator * found.peers.base > found.peers.numerator * found.share.base
        assert found.p <= false_share


def test_every_pattern_says_what_it_counts() -> None:
    assert set(PatternKind) == set(PATTERN_LABELS) == set(PATTERN_MEANINGS)
