"""Counting patterns in what the history says: who passed a case to whom, when it was closed, how it was rated."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from domain.facts import Satisfaction
from domain.pattern_rules import PatternRules
from domain.patterns import Counted, PatternKind, Tally
from domain.shares import Share

PAIR = "|"
"""Between the codes of two units that are one subject."""
_CONTENT = frozenset({Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED})


@dataclass(frozen=True)
class Rated:
    """A verdict, and the account that recorded it; `None`: the petitioner gave it themselves."""

    unit: str | None
    satisfaction: Satisfaction
    recorded_by: str | None


@dataclass
class Course:
    """What is looked at of one case within the period."""

    case: str
    leads: list[str] = field(default_factory=list)
    """The units it was given to, one after the other."""
    extensions: dict[str, int] = field(default_factory=dict)
    """How often each unit asked for more time."""
    submissions: list[tuple[str, dt.datetime, dt.datetime]] = field(default_factory=list)
    """Unit, when it handed in, and until when it had time."""
    rated: list[Rated] = field(default_factory=list)


def counted_of(courses: Iterable[Course], rules: PatternRules, name: Callable[[str], str]) -> Sequence[Counted]:
    """Every pattern that the history alone shows, of every unit, pair and account. `name` names a unit."""
    found: dict[PatternKind, defaultdict[str, Tally]] = {kind: defaultdict(Tally) for kind in PatternKind}
    own = Share()
    for course in courses:
        _ping_pong(course, found[PatternKind.PING_PONG], name)
        _extensions(course, found[PatternKind.SERIAL_EXTENSIONS])
        _last_minute(course, found[PatternKind.LAST_MINUTE], rules)
        own += _ratings(course, found)
    beside = {PatternKind.ALWAYS_SATISFIED: own, PatternKind.ALWAYS_SATISFIED_BY: own}
    return [
        Counted(kind, found[kind], beside.get(kind, Share()))
        for kind in (
            PatternKind.PING_PONG,
            PatternKind.LAST_MINUTE,
            PatternKind.SERIAL_EXTENSIONS,
            PatternKind.ALWAYS_SATISFIED,
            PatternKind.ALWAYS_SATISFIED_BY,
        )
    ]


def pair_of(one: str, other: str) -> str:
    """Two units as one subject, whichever comes first."""
    return PAIR.join(sorted((one, other)))


def _ping_pong(course: Course, tallies: Mapping[str, Tally], name: Callable[[str], str]) -> None:
    leads = [unit for place, unit in enumerate(course.leads) if place == 0 or course.leads[place - 1] != unit]
    pairs = {pair_of(one, other) for one, other in pairwise(leads)}
    back = {pair_of(one, other) for one, other, again in zip(leads, leads[1:], leads[2:], strict=False) if one == again}
    way = "→".join(map(name, leads))
    for pair in pairs:
        tallies[pair].count(course.case, way if pair in back else None)


def _extensions(course: Course, tallies: Mapping[str, Tally]) -> None:
    for unit in dict.fromkeys(course.leads):
        asked = course.extensions.get(unit, 0)
        tallies[unit].count(course.case, f"申请延期{asked}次" if asked else None)


def _last_minute(course: Course, tallies: Mapping[str, Tally], rules: PatternRules) -> None:
    last: dict[str, tuple[dt.datetime, dt.datetime]] = {unit: (at, due) for unit, at, due in course.submissions}
    for unit, (at, due) in last.items():
        if at <= due:
            left = int((due - at).total_seconds() // 60)
            tallies[unit].count(course.case, f"时限前{left}分钟申请办结" if left < rules.last_minutes else None)


def _ratings(course: Course, found: Mapping[PatternKind, Mapping[str, Tally]]) -> Share:
    """Counts what others recorded by unit and by account; the share of what the petitioner gave themselves."""
    own = Share()
    for rated in course.rated[-1:]:  # a redo is followed by another one, and the last counts
        content = rated.satisfaction in _CONTENT
        if rated.recorded_by is None:
            own += Share(int(content), 1)
            continue
        said = "代录为满意或基本满意" if content else None
        if rated.unit is not None:
            found[PatternKind.ALWAYS_SATISFIED][rated.unit].count(course.case, said)
        found[PatternKind.ALWAYS_SATISFIED_BY][rated.recorded_by].count(course.case, said)
    return own
