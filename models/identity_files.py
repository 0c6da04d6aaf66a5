"""The shapes of `identity.yaml` and `retention.yaml`: who may know who reported, and how long it is kept."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.actions import Role
from domain.identity import Level, PlatformPurpose
from models.policy_files import Code, Shape, Sourced, Text

HOLDERS = frozenset(Role) - {Role.PLATFORM, Role.PETITIONER}
"""Roles that act with an account: each has its level."""


class LevelsShape(Sourced):
    """What each role gets."""

    levels: dict[Role, Level]

    @model_validator(mode="after")
    def _every_role_is_named(self) -> Self:
        missing = sorted(HOLDERS - self.levels.keys())
        if missing:
            raise ValueError(f"缺少角色：{'、'.join(missing)}")
        foreign = sorted(self.levels.keys() - HOLDERS)
        if foreign:
            raise ValueError(f"不持账号的角色不必写：{'、'.join(foreign)}")
        return self


class PurposeShape(Shape):
    """One purpose."""

    code: Code
    name: Text
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]


class PurposesShape(Sourced):
    """Every purpose people may name."""

    list: Annotated[tuple[PurposeShape, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _codes_are_their_own(self) -> Self:
        codes = [item.code for item in self.list]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"用途“{twice[0]}”重复")
        taken = sorted({*codes} & {item.value for item in PlatformPurpose})
        if taken:
            raise ValueError(f"用途“{taken[0]}”是平台自用的，请换一个代码")
        return self


class ReadsShape(Sourced):
    """A number of petitioners."""

    value: Annotated[int, Field(strict=True, ge=1, le=100_000)]


class IdentityFile(Shape):
    """`identity.yaml`; see `domain.identity.IdentityRules`."""

    roles: LevelsShape
    purposes: PurposesShape
    unusual_reads: ReadsShape

    @model_validator(mode="after")
    def _whoever_reads_has_a_purpose(self) -> Self:
        used = {role for item in self.purposes.list for role in item.roles}
        full = {role for role, level in self.roles.levels.items() if level is Level.FULL}
        if full - used:
            raise ValueError(f"可查阅全文的角色没有用途可选：{'、'.join(sorted(full - used))}")
        if used - full:
            raise ValueError(f"用途写了不能查阅全文的角色：{'、'.join(sorted(used - full))}")
        return self


class DaysKept(Sourced):
    """A number of days, ten years at most."""

    days: Annotated[int, Field(strict=True, ge=1, le=3660)]


class RetentionFile(Shape):
    """`retention.yaml`."""

    identity: DaysKept
