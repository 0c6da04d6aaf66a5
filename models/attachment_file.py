"""The shape of `policy/attachments.yaml`: what may be stored with a petition, and how much of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.files import LIKENESS_BITS, Kind
from models.policy_files import Shape, Sourced

MOST_KIB = 16 * 1024
"""No file may be larger, whatever the policy says: the API reads a file into memory before anybody looks at it."""

Side = Annotated[int, Field(strict=True, ge=64, le=10_000)]
Number = Annotated[int, Field(strict=True, ge=1, le=500)]


class KindsShape(Sourced):
    """Kinds of files by name."""

    names: Annotated[tuple[Kind, ...], Field(min_length=1)]


class SizeShape(Sourced):
    """A size in KiB."""

    kib: Annotated[int, Field(strict=True, ge=1, le=MOST_KIB)]


class PixelsShape(Sourced):
    """A number of pixels."""

    most: Annotated[int, Field(strict=True, ge=1_000_000, le=170_000_000)]


class PhotoShape(Sourced):
    """The longest sides of what is kept of a photo, in pixels."""

    longest_side: Side
    thumbnail_side: Side


class NumberShape(Sourced):
    """How many files of one party there may be."""

    by_petitioner: Number
    by_office: Number


class UsedBeforeShape(Sourced):
    """When two photos look the same, and for how long they are compared."""

    similar_bits: Annotated[int, Field(strict=True, ge=0, le=LIKENESS_BITS // 4)]
    similar_days: Annotated[int, Field(strict=True, ge=1, le=3660)]


class OrphansShape(Sourced):
    """Hours."""

    hours: Annotated[int, Field(strict=True, ge=1, le=720)]


class AttachmentsFile(Shape):
    """`attachments.yaml`; see `domain.files.AttachmentRules`."""

    kinds: KindsShape
    photo_size: SizeShape
    document_size: SizeShape
    pixels: PixelsShape
    photo: PhotoShape
    number: NumberShape
    used_before: UsedBeforeShape
    orphans: OrphansShape
