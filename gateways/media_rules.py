"""The checked `media.yaml` as the rules of what is told in public, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.media_rules import MediaRules, Outlet
from models.media_file import MediaFile


def media_rules(file: MediaFile) -> MediaRules:
    """The rules the file says."""
    return MediaRules(
        outlets=tuple(Outlet(item.code, item.name) for item in file.outlets.names),
        untracked_categories=file.untracked.categories,
        untracked_words=file.untracked.words,
        reply_days=file.reply.days,
        sources={name: getattr(file, name).source for name in ("outlets", "untracked", "reply")},
    )


def media_figures(file: MediaFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    untracked = file.untracked
    for name, said in (
        ("outlets", "、".join(item.name for item in file.outlets.names)),
        ("untracked", f"{len(untracked.categories)}个大类、{len(untracked.words)}个词，以及保密、回避、移交线索的"),
        ("reply", f"{file.reply.days}个工作日"),
    ):
        shape = getattr(file, name)
        yield Figure(f"media.{name}", said, shape.source, shape.origin)
