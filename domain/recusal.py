"""Who must stay out of a petition (回避): a unit or a person that it is about, and who handles it in their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.units import Unit, UnitKind

RECUSAL_SOURCE = "信访工作条例第二十八条、第三十条；济南市12345市民服务热线条例第三十二条"
_UNSEEN = re.compile(r"\s+")


class StatedBy(StrEnum):
    """Who said that a unit or a person must stay out (回避由来)."""

    PETITIONER = "petitioner"
    WORDS = "words"
    DESK = "desk"
    INSPECTORS = "inspectors"
    OWN = "own"


STATED_BY_LABELS = {
    StatedBy.PETITIONER: "诉求人指明被反映单位",
    StatedBy.WORDS: "由诉求文字认出",
    StatedBy.DESK: "派遣专席认定",
    StatedBy.INSPECTORS: "纪检监察或党委督查认定",
    StatedBy.OWN: "本人申请回避",
}


@dataclass(frozen=True)
class RecusalRules:
    """Which unit supervises which, and by what words a unit is taken to be complained about."""

    superiors: Mapping[str, str] = field(default_factory=dict)
    """By unit, who handles what is reported about it; a unit that is missing has nobody but the inspectors."""
    words: tuple[str, ...] = ()
    """What somebody is reported for."""
    within: int = 0
    """How many letters may lie between a unit's name and such a word."""
    town_endings: tuple[str, ...] = ()
    """What follows a town's name where the office is meant and not the place."""


@dataclass(frozen=True)
class Accused:
    """A unit that a text complains about, and the words that say so."""

    unit: Unit
    named: str
    word: str

    @property
    def told(self) -> str:
        return f"诉求中“{self.named}”与“{self.word}”并提，疑为反映该单位"


def accused_units(text: str, units: Collection[Unit], rules: RecusalRules) -> tuple[Accused, ...]:
    """The units that `text` says something bad of: named within `rules.within` letters of one of the words."""
    read = _UNSEEN.sub("", text)
    places = [
        (match.start(), match.end(), word) for word in rules.words for match in re.finditer(re.escape(word), read)
    ]
    found = []
    for unit in units:
        for name in _names(unit, rules):
            near = (
                word
                for match in re.finditer(re.escape(name), read)
                for start, end, word in places
                if (start >= match.end() and start - match.end() <= rules.within)
                or (end <= match.start() and match.start() - end <= rules.within)
            )
            word = next(near, None)
            if word is not None:
                found.append(Accused(unit, name, word))
                break
    return tuple(found)


def handler_for(recused: Collection[str], rules: RecusalRules) -> str | None:
    """The one unit above all the `recused`, itself not among them; `None`: a person chooses.

    A superior that is itself complained about is passed over for its own.
    """
    above = {_above(unit, recused, rules) for unit in recused}
    return next(iter(above)) if len(above) == 1 else None


def _above(unit: str, recused: Collection[str], rules: RecusalRules) -> str | None:
    found, seen = rules.superiors.get(unit), {unit}
    while found is not None and found in recused and found not in seen:
        seen.add(found)
        found = rules.superiors.get(found)
    return None if found in seen else found


def _names(unit: Unit, rules: RecusalRules) -> Sequence[str]:
    """How people call it: its name, with and without the district in front."""
    if unit.kind is UnitKind.TOWN:
        return [f"{unit.name}{ending}" for ending in rules.town_endings]
    if unit.kind is not UnitKind.DEPARTMENT:
        return []
    return [unit.name, unit.name[1:]] if unit.name[:1] in "区市" else [unit.name]
