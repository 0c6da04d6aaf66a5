"""The shape of `policy/handling.yaml`: what completions must show, and the lists that units choose from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.completion import Particular, When
from models.policy_files import Code, Conditional, Shape, Sourced, Text


class RequiredShape(Conditional):
    """One particular that must be given."""

    id: Code
    field: Particular
    when: When
    least: Annotated[int, Field(strict=True, ge=1, le=500)] = 1
    reason: Text


class ChoiceShape(Shape):
    """One reason of a list."""

    code: Code
    name: Text


class ChoicesShape(Sourced):
    """A list of reasons."""

    list: Annotated[tuple[ChoiceShape, ...], Field(min_length=1)]


class MinutesShape(Sourced):
    """A short while."""

    minutes: Annotated[int, Field(strict=True, ge=1, le=240)]


class HandlingFile(Shape):
    """`handling.yaml`; see `domain.completion.HandlingRules`."""

    required: Annotated[tuple[RequiredShape, ...], Field(min_length=1)]
    beyond_duty_kinds: ChoicesShape
    extension_reasons: ChoicesShape
    dispatch_correction: MinutesShape | None = None
    """Without it a dispatch is not corrected, only changed."""
