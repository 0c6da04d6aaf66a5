"""The shape of `scrub.yaml`: what is taken out of a text before it is told in public, and its examples."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from domain.scrub import Personal
from models.policy_files import Count, Shape, Sourced, Text, Word

_SHAPED = {Personal.NAME, Personal.EMAIL, Personal.PLATE, Personal.DOOR}


def _expression(pattern: str) -> str:
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"不是合法的正则表达式({error.msg})") from None
    if found.search(""):
        raise ValueError("此式与空白也相符，会去掉一切")
    return pattern


def _shaped(kind: Personal) -> Personal:
    if kind not in _SHAPED:
        raise ValueError(f"只能是 {'、'.join(sorted(_SHAPED))} 之一，其余各类不靠写法认")
    return kind


Expression = Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(_expression)]
Char = Annotated[str, StringConstraints(min_length=1, max_length=1)]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]


class PatternShape(Shape):
    """What is known by its shape."""

    kind: Annotated[Personal, AfterValidator(_shaped)]
    pattern: Expression


class PatternsShape(Sourced):
    """In the order in which they are looked for."""

    rules: tuple[PatternShape, ...]


class NumbersShape(Sourced):
    """Numbers are counted in digits, however they are written."""

    least_digits: Annotated[int, Field(strict=True, ge=5, le=11)]
    identity_digits: Annotated[tuple[Count, ...], Field(min_length=1)]
    phone_most_digits: Count
    kept: tuple[Expression, ...]


class PlacesShape(Sourced):
    """How fine a place may be told."""

    parts: Words
    roads: Annotated[tuple[Char, ...], Field(min_length=1)]
    not_before: tuple[Word, ...]


class NamesShape(Sourced):
    """How names are known that nobody left."""

    surnames: Annotated[str, StringConstraints(pattern="^[一-龥]+$", max_length=500)]
    titles: Words
    introductions: Words
    labels: Words


class TakenShape(Shape):
    """What was said, and what of it is told."""

    said: Text
    told: Text


class ExamplesShape(Sourced):
    """Tried at every load."""

    taken: Annotated[tuple[TakenShape, ...], Field(min_length=1)]
    left: Annotated[tuple[Text, ...], Field(min_length=1)]


class ScrubFile(Shape):
    """`scrub.yaml`; see `domain.scrub.ScrubRules`."""

    patterns: PatternsShape
    numbers: NumbersShape
    places: PlacesShape
    names: NamesShape
    examples: ExamplesShape
