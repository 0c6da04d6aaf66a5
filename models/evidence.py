"""What a unit must show when it hands a petition in as done; the fields follow Shandong's work-order (泰安)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, PlainSerializer, StringConstraints, model_validator

from domain.calendar import local
from domain.errors import Missing
from models.shapes import Instant, Line, Shape, Words

MIN_REPLY_LENGTH = 10
"""Characters of a public reply; a shorter one cannot say what was done (our own decision)."""

# Kept as it will be shown: the receipt is over what is kept, and whoever checks it has only what is shown.
_IN_SHANGHAI = PlainSerializer(lambda moment: local(moment).isoformat(), return_type=str, when_used="json-unless-none")


class Attachment(Shape):
    """A file that was stored before (`id`), or one kept elsewhere: named by its SHA-256, it cannot be exchanged."""

    id: Annotated[str, StringConstraints(pattern="^[0-9a-f-]{36}$")] | None = None
    name: Line = ""
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        elsewhere = bool(self.name) and self.sha256 is not None
        if elsewhere == (self.id is not None) or (self.id is not None and (self.name or self.sha256)):
            raise ValueError("平台存的附件只填 id；存在本单位的填 name 和 sha256")
        return self


class CompletionEvidence(Shape):
    """Every field may be left out by a client; `missing` then names what is lacking, all at once."""

    is_true: Annotated[bool | None, Field(description="诉求是否属实")] = None
    beyond_duty: Annotated[bool, Field(description="是否超出职责")] = False
    contacted: Annotated[bool | None, Field(description="是否已联系诉求人")] = None
    contacted_at: Annotated[Instant | None, _IN_SHANGHAI, Field(description="联系时间，须带时区")] = None
    not_contacted_reason: Line = ""
    solved: Annotated[bool | None, Field(description="是否解决")] = None
    unsolved_reason: Words = ""
    internal_account: Annotated[Words, Field(description="办理情况(内部)")] = ""
    public_reply: Annotated[Words, Field(description="公开答复")] = ""
    attachments: list[Attachment] = []

    def missing(self) -> list[Missing]:
        """What is lacking, named by field."""
        found: list[Missing] = []

        def need(field: str, present: bool, reason: str) -> None:  # noqa: FBT001 - a local helper
            if not present:
                found.append(Missing(field, reason))

        need("is_true", self.is_true is not None, "须说明诉求是否属实")
        need("contacted", self.contacted is not None, "须说明是否已联系诉求人")
        if self.contacted:
            need("contacted_at", self.contacted_at is not None, "已联系诉求人的，须填写联系时间")
        elif self.contacted is False:
            need("not_contacted_reason", bool(self.not_contacted_reason), "未联系诉求人的，须说明原因")
        need("solved", self.solved is not None, "须说明是否解决")
        if self.solved is False:
            need("unsolved_reason", bool(self.unsolved_reason), "未解决的，须说明原因")
        need("internal_account", bool(self.internal_account), "须填写办理情况")
        long_enough = len(self.public_reply) >= MIN_REPLY_LENGTH
        need("public_reply", long_enough, f"须填写公开答复，不少于{MIN_REPLY_LENGTH}字")
        return found
