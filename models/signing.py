"""What a unit is answered that signs for many petitions at once."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer


class Signed(Answer):
    """One petition: signed for, or why not."""

    id: str
    signed: bool
    version: int | None = Field(description="签收后的版本；未签收的为空")
    code: str = Field(description="未签收的原因代码，与单件签收被拒时相同")
    reason: str


class Signatures(Answer):
    """Each petition once, in the order it was named."""

    items: list[Signed]
    signed: int = Field(description="本次签收了几件")
