"""The shape of `reviews.yaml`: who belongs to the two reviews, and how many of them decide."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.policy_files import Shape, Sourced


class MemberShape(Shape):
    """A seat, by its office."""

    code: Annotated[str, Field(min_length=2, max_length=40, pattern="^[a-z0-9-]+$")]
    title: Annotated[str, Field(min_length=1, max_length=40)]
    unit: Annotated[str, Field(min_length=1, max_length=60)]


class MembersShape(Sourced):
    """The members of both reviews, in the order of their turns on duty."""

    first: Annotated[tuple[MemberShape, ...], Field(min_length=1)]
    second: Annotated[tuple[MemberShape, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [member.code for member in (*self.first, *self.second)]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"成员代码重复：{'、'.join(twice)}")
        return self


class QuorumShape(Sourced):
    """A share of the members."""

    value: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class ReviewsFile(Shape):
    """`reviews.yaml`; see `domain.reviews.ReviewRules`."""

    members: MembersShape
    quorum: QuorumShape
