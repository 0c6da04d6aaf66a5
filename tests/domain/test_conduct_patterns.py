"""What the history of cases shows: passed back and forth, closed on the line, extended, rated by others."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from domain.conduct_patterns import Course, Rated, counted_of, pair_of
from domain.facts import Satisfaction
from domain.pattern_rules import PatternRules
from domain.patterns import PatternKind, Tally, judge
from domain.shares import Share

RULES = PatternRules()
DUE = dt.datetime(2026, 3, 9, 9, 30, tzinfo=dt.UTC)
CONTENT, UNHAPPY = Satisfaction.SATISFIED, Satisfaction.DISSATISFIED


def tallies(courses: list[Course], kind: PatternKind) -> dict[str, Tally]:
    [found] = [item for item in counted_of(courses, RULES, str.upper) if item.kind is kind]
    return dict(found.tallies)


def shares(courses: list[Course], kind: PatternKind) -> dict[str, tuple[int, int]]:
    return {subject: (len(item.cases), item.base) for subject, item in tallies(courses, kind).items()}


@pytest.mark.parametrize(
    ("leads", "expected"),
    [
        ([], {}),
        (["a"], {}),
        (["a", "a"], {}),
        (["a", "b"], {"a|b": (0, 1)}),
        (["b", "a", "b"], {"a|b": (1, 1)}),
        (["a", "b", "b", "a"], {"a|b": (1, 1)}),
        (["a", "b", "c", "a"], {"a|b": (0, 1), "b|c": (0, 1), "a|c": (0, 1)}),
        (["a", "b", "a", "c"], {"a|b": (1, 1), "a|c": (0, 1)}),
        (["a", "b", "a", "b", "a"], {"a|b": (1, 1)}),
    ],
)
def test_back_and_forth(leads: list[str], expected: dict[str, tuple[int, int]]) -> None:
    assert shares([Course("1", leads)], PatternKind.PING_PONG) == expected


def test_the_way_is_told_by_the_names_of_the_units() -> None:
    found = tallies([Course("SZ-1", ["b", "a", "b"])], PatternKind.PING_PONG)[pair_of("b", "a")]
    assert [(item.case, item.said) for item in found.cases] == [("SZ-1", "B→A→B")]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (dt.timedelta(minutes=29, seconds=59), {"a": (1, 1)}),
        (dt.timedelta(0), {"a": (1, 1)}),
        (dt.timedelta(minutes=30), {"a": (0, 1)}),
        (dt.timedelta(days=2), {"a": (0, 1)}),
        (-dt.timedelta(seconds=1), {}),
    ],
)
def test_the_last_minutes(before: dt.timedelta, expected: dict[str, tuple[int, int]]) -> None:
    course = Course("1", ["a"], submissions=[("a", DUE - before, DUE)])
    assert shares([course], PatternKind.LAST_MINUTE) == expected


def test_of_several_completions_the_last_counts() -> None:
    course = Course(
        "1", submissions=[("a", DUE - dt.timedelta(days=3), DUE), ("a", DUE - dt.timedelta(minutes=1), DUE)]
    )
    assert shares([course], PatternKind.LAST_MINUTE) == {"a": (1, 1)}


def test_extensions_are_those_of_the_unit_that_asked() -> None:
    courses = [Course("1", ["a", "b"], extensions={"b": 2}), Course("2", ["a"])]
    assert shares(courses, PatternKind.SERIAL_EXTENSIONS) == {"a": (0, 2), "b": (1, 1)}


def test_what_others_recorded_is_told_apart_from_what_petitioners_said() -> None:
    courses = [
        Course("1", rated=[Rated("a", UNHAPPY, None), Rated("a", CONTENT, "officer")]),
        Course("2", rated=[Rated("a", UNHAPPY, "officer")]),
        Course("3", rated=[Rated("a", UNHAPPY, None)]),
        Course("4", rated=[Rated(None, CONTENT, "officer")]),
    ]
    assert shares(courses, PatternKind.ALWAYS_SATISFIED) == {"a": (1, 2)}
    assert shares(courses, PatternKind.ALWAYS_SATISFIED_BY) == {"officer": (2, 3)}
    beside = {item.kind: item.beside for item in counted_of(courses, RULES, str)}
    assert beside[PatternKind.ALWAYS_SATISFIED] == Share(0, 1)


def a_district(rng: random.Random, cases: int = 1500) -> list[Course]:
    """Honest units, all alike."""
    units = [f"unit-{number}" for number in range(12)]
    courses = []
    for number in range(cases):
        leads = [rng.choice(units)]
        while rng.random() < 0.15:
            leads.append(rng.choice([unit for unit in units if unit != leads[-1]]))
        unit, left = leads[-1], dt.timedelta(minutes=rng.expovariate(1 / 1500))
        satisfied = CONTENT if rng.random() < 0.9 else UNHAPPY
        courses.append(
            Course(
                f"case-{number}",
                leads,
                extensions={unit: 1} if rng.random() < 0.08 else {},
                submissions=[(unit, DUE - left, DUE)],
                rated=[Rated(unit, satisfied, rng.choice((None, "officer-1", "officer-2", "officer-3")))],
            )
        )
    return courses


def test_an_honest_district_has_hardly_any_findings() -> None:
    found = [judge(counted_of(a_district(random.Random(seed)), RULES, str), RULES).found for seed in range(20)]
    assert sum(map(len, found)) <= 1


def test_every_planted_pattern_is_found_in_an_honest_district_and_nobody_else() -> None:
    courses = a_district(random.Random(1))
    for number in range(40):
        courses.append(Course(f"pair-{number}", ["unit-1", "unit-2", "unit-1"] if number % 2 else ["unit-1", "unit-2"]))
        courses.append(Course(f"line-{number}", submissions=[("unit-3", DUE - dt.timedelta(minutes=5), DUE)]))
        courses.append(Course(f"more-{number}", ["unit-4"], extensions={"unit-4": 1}))
        courses.append(Course(f"glad-{number}", rated=[Rated("unit-5", CONTENT, "officer-9")]))
        courses.append(Course(f"glee-{number}", rated=[Rated("unit-5", CONTENT, "officer-9")]))
    for course in courses:
        for place, rated in enumerate(course.rated):
            if rated.unit == "unit-5" and rated.recorded_by:
                course.rated[place] = Rated("unit-5", CONTENT, rated.recorded_by)
    found = judge(counted_of(courses, RULES, str), RULES).found
    assert {(item.kind, item.subject) for item in found} == {
        (PatternKind.PING_PONG, "unit-1|unit-2"),
        (PatternKind.LAST_MINUTE, "unit-3"),
        (PatternKind.SERIAL_EXTENSIONS, "unit-4"),
        (PatternKind.ALWAYS_SATISFIED, "unit-5"),
        (PatternKind.ALWAYS_SATISFIED_BY, "officer-9"),
    }
