"""The shapes of `patterns.yaml` and `lists.yaml`: what is looked for in the conduct of units, what is struck off."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.figures_file import ConfidenceShape
from models.learning_file import CasesShape
from models.policy_files import Shape, Sourced, Word


class WindowShape(Sourced):
    """Days, at most two years."""

    value: Annotated[int, Field(strict=True, ge=7, le=731)]


class TimesShape(Sourced):
    """A multiple of the peers' share."""

    value: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)]


class PartShape(Sourced):
    """A share that is neither nothing nor more than all."""

    value: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class FalseShareShape(Sourced):
    """The share of findings that may be chance: less than a half."""

    value: Annotated[float, Field(gt=0, lt=0.5, allow_inf_nan=False)]


class MinutesShape(Sourced):
    """Minutes before a deadline, at most a day."""

    value: Annotated[int, Field(strict=True, ge=1, le=1440)]


class FewShape(Sourced):
    """A small number of words, grams or cases."""

    value: Annotated[int, Field(strict=True, ge=1, le=1000)]


class GroupShape(Sourced):
    """How many make a group: two at least."""

    value: Annotated[int, Field(strict=True, ge=2, le=1000)]


class SilentShape(Sourced):
    """Words that say nothing of a matter."""

    words: Annotated[tuple[Word, ...], Field(max_length=1000)]


class PatternsFile(Shape):
    """`patterns.yaml`; see `domain.pattern_rules.PatternRules`."""

    window: WindowShape
    least_base: CasesShape
    least_pairs: CasesShape
    least_peers: CasesShape
    least_cases: CasesShape
    times: TimesShape
    confidence: ConfidenceShape
    false_share: FalseShareShape
    last_minutes: MinutesShape
    always: PartShape
    reply_likeness: PartShape
    reply_grams: FewShape
    reply_group: GroupShape
    request_likeness: PartShape
    request_words: FewShape
    shared_words: FewShape
    silent: SilentShape


class SilenceShape(Sourced):
    """Whether silence of the petitioner strikes off."""

    strikes_off: Annotated[bool, Field(strict=True)]


class ListsFile(Shape):
    """`lists.yaml`; see `domain.lists.ListRules`."""

    silence: SilenceShape
