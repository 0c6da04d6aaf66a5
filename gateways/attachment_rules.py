"""The checked `attachments.yaml` as the rules that files are stored by, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.files import AttachmentRules, told_kinds, told_size
from models.attachment_file import AttachmentsFile

_KIB = 2**10


def attachment_rules(file: AttachmentsFile) -> AttachmentRules:
    """The rules the file says."""
    return AttachmentRules(
        kinds=file.kinds.names,
        photo_bytes=file.photo_size.kib * _KIB,
        document_bytes=file.document_size.kib * _KIB,
        most_pixels=file.pixels.most,
        longest_side=file.photo.longest_side,
        thumbnail_side=file.photo.thumbnail_side,
        by_petitioner=file.number.by_petitioner,
        by_office=file.number.by_office,
        similar_bits=file.used_before.similar_bits,
        similar_days=file.used_before.similar_days,
        orphan_hours=file.orphans.hours,
    )


def attachments_told(file: AttachmentsFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    rules, used = attachment_rules(file), file.used_before
    for name, said in (
        ("kinds", told_kinds(rules)),
        ("photo_size", told_size(rules.photo_bytes)),
        ("document_size", told_size(rules.document_bytes)),
        ("pixels", f"{file.pixels.most / 10_000:g}万像素"),
        ("photo", f"长边{file.photo.longest_side}像素，缩略图{file.photo.thumbnail_side}像素"),
        ("number", f"诉求人{file.number.by_petitioner}个，每个单位{file.number.by_office}个"),
        ("used_before", f"64位中相差不过{used.similar_bits}位，{used.similar_days}天内"),
        ("orphans", f"{file.orphans.hours}小时"),
    ):
        shape = getattr(file, name)
        yield Figure(f"attachments.{name}", said, shape.source, shape.origin)
