"""What a unit must show when it hands a petition in as done; the fields follow Shandong's work-order (泰安)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, PlainSerializer, StringConstraints, model_validator

from domain.calendar import local
from domain.completion import ContactWay, Particular, Said
from models.shapes import Code, Instant, Line, Shape, Words

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
    """Every field may be left out by a client: what is lacking is named all at once, by the rules of the policy.

    Of the telephone number only its end is taken: when, how and by whom somebody was reached prove it, the whole
    number would be one more copy of it.
    """

    is_true: Annotated[bool | None, Field(description="诉求是否属实")] = None
    untrue_reason: Annotated[Words, Field(description="不属实的查证情况")] = ""
    beyond_duty: Annotated[bool, Field(description="是否超出职责")] = False
    beyond_duty_kind: Annotated[Code | None, Field(description="超职责种类，见规则 beyond_duty_kinds")] = None
    beyond_duty_basis: Annotated[Words, Field(description="超职责的依据")] = ""
    contacted: Annotated[bool | None, Field(description="是否已联系诉求人")] = None
    contacted_at: Annotated[Instant | None, _IN_SHANGHAI, Field(description="联系时间，须带时区")] = None
    contact_way: Annotated[ContactWay | None, Field(description="联系方式")] = None
    contacted_by: Annotated[Line, Field(description="由谁联系；不填即为提交的账号")] = ""
    contact_last4: Annotated[
        str | None, StringConstraints(pattern="^[0-9]{4}$"), Field(description="所联系号码的末四位；不要填写全号")
    ] = None
    not_contacted_reason: Line = ""
    solved: Annotated[bool | None, Field(description="是否解决")] = None
    unsolved_reason: Words = ""
    internal_account: Annotated[Words, Field(description="办理情况(内部)")] = ""
    public_reply: Annotated[Words, Field(description="公开答复，不得含手机、身份证、银行卡号码")] = ""
    attachments: Annotated[list[Attachment], Field(max_length=50)] = []

    def said(self, *, proofs: int) -> Said:
        """What it says, for the rules; `proofs` is how many of its files are proof that it is beyond duty."""
        given = {
            Particular.IS_TRUE: int(self.is_true is not None),
            Particular.UNTRUE_REASON: len(self.untrue_reason),
            Particular.CONTACTED: int(self.contacted is not None),
            Particular.CONTACTED_AT: int(self.contacted_at is not None),
            Particular.CONTACT_WAY: int(self.contact_way is not None),
            Particular.CONTACT_LAST4: int(self.contact_last4 is not None),
            Particular.NOT_CONTACTED_REASON: len(self.not_contacted_reason),
            Particular.SOLVED: int(self.solved is not None),
            Particular.UNSOLVED_REASON: len(self.unsolved_reason),
            Particular.BEYOND_DUTY_KIND: int(self.beyond_duty_kind is not None),
            Particular.BEYOND_DUTY_BASIS: len(self.beyond_duty_basis),
            Particular.BEYOND_DUTY_PROOF: proofs,
            Particular.INTERNAL_ACCOUNT: len(self.internal_account),
            Particular.PUBLIC_REPLY: len(self.public_reply),
            Particular.ATTACHMENTS: len(self.attachments),
        }
        return Said(self.is_true, self.contacted, self.solved, self.beyond_duty, given)
