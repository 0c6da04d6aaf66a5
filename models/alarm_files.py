"""The shapes of the policy files that are looked at before dispatch: dangers, and matters that belong elsewhere."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.policy_files import Code, Shape, Sourced, Text, Word, WordsShape
from models.taxonomy_files import UnitOrTown

Words = Annotated[tuple[Word, ...], Field(min_length=1)]
Switch = Annotated[bool, Field(strict=True)]


class AroundShape(Sourced):
    """What takes the words' meaning away where it stands around them."""

    harmless: tuple[Word, ...] = ()
    denials: tuple[Word, ...] = ()
    calming: tuple[Word, ...] = ()
    after: tuple[Word, ...] = ()


class DangerShape(Shape):
    """A kind of danger, and the unit that is sent at once."""

    id: Code
    name: Text
    unit: UnitOrTown
    words: Words


class DangersShape(Sourced):
    """The dangers; the first of two goes before."""

    kinds: Annotated[tuple[DangerShape, ...], Field(min_length=1)]


class AlarmsFile(Shape):
    """`alarms.yaml`."""

    dangers: DangersShape
    urgent_words: WordsShape
    around: AroundShape


class ElsewhereShape(Sourced):
    """A kind of matter that belongs elsewhere, and what the desk is advised."""

    id: Code
    name: Text
    advice: Text
    words: Words
    holds: Switch
    unit: Code | None = None
    in_place: Switch = False


class ElsewhereFile(Shape):
    """`elsewhere.yaml`."""

    rules: tuple[ElsewhereShape, ...]
    around: AroundShape
