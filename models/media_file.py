"""The shape of `media.yaml`: which media may follow cases, which cases not, and how long a unit has to reply."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.policy_files import Code, Shape, Sourced, Word


class OutletShape(Shape):
    """A medium by its name."""

    code: Code
    name: Word


class OutletsShape(Sourced):
    """The media that may have a key."""

    names: Annotated[tuple[OutletShape, ...], Field(min_length=1)]


class UntrackedShape(Sourced):
    """Categories, and words of the text, that keep a case from the media."""

    categories: tuple[Code, ...]
    words: tuple[Word, ...]


class ReplyShape(Sourced):
    """Working days."""

    days: Annotated[int, Field(strict=True, ge=1, le=60)]


class MediaFile(Shape):
    """`media.yaml`; see `domain.media_rules.MediaRules`."""

    outlets: OutletsShape
    untracked: UntrackedShape
    reply: ReplyShape
