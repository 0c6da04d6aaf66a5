"""Refusals of the domain: small named errors that carry their facts. What HTTP makes of them is in `api.errors`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class DomainError(Exception):
    """A business refusal. `code` is stable and machine-readable, `message` is Chinese and says what to do next."""

    code = "refused"
    message = "操作被拒绝"

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of this refusal, fit for a problem document."""
        own = {"code", "message"}
        return {key: value for key, value in vars(self).items() if key not in own and value is not None}

    def __str__(self) -> str:
        return self.message


class ForbiddenTransition(DomainError):
    """The transition table has no such step from the present stage."""

    code = "forbidden-transition"

    def __init__(self, *, stage: object, trigger: object, said: str) -> None:
        self.stage = None if stage is None else str(stage)
        self.trigger = str(trigger)
        self.message = f"{said}，请刷新后查看可执行的操作"


@dataclass(frozen=True)
class Missing:
    """One thing that is missing or wrong: `field` names it as the API does, `reason` is Chinese."""

    field: str
    reason: str


class Incomplete(DomainError):
    """Required particulars are missing; each one is named."""

    code = "incomplete"

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = [{"field": item.field, "reason": item.reason} for item in missing]
        self.message = "缺少必要内容：" + "；".join(item.reason for item in missing)


class NotPermitted(DomainError):
    """This role or unit may not do this."""

    code = "not-permitted"

    def __init__(self, message: str = "无权执行该操作") -> None:
        self.message = message


class KeyLapsed(DomainError):
    """The key is right, and its time is over."""

    code = "key-lapsed"

    def __init__(self, prefix: str, label: str, last_day: str) -> None:
        self.prefix = prefix
        self.message = (
            f"密钥“{label}”（前缀 {prefix}）已于 {last_day} 到期，不能再用。"
            "请联系平台运维，在“管理—接口密钥”或用 rongetong keys create 另发一个"
        )


class RuleRefusal(DomainError):
    """A rule of conduct forbids it; `code` names the rule, `source` where it comes from."""

    def __init__(self, code: str, message: str, *, source: str | None = None, field: str | None = None) -> None:
        """`field` names the particular that is at fault, as the API does."""
        self.code = code
        self.message = message
        self.source = source
        self.field = field

    @property
    def facts(self) -> dict[str, Any]:
        return {"source": self.source} if self.source else {}


class StaleVersion(DomainError):
    """Somebody else changed it first: the petition, or `what` it was."""

    code = "stale-version"

    def __init__(self, *, expected: int, current: int, what: str = "诉求") -> None:
        self.expected_version = expected
        self.current_version = current
        self.message = f"{what}已被他人更新(您看到的是第{expected}版，当前为第{current}版)，请刷新后重试"


class NotFound(DomainError):
    """No such thing, or not one this caller may see."""

    code = "not-found"

    def __init__(self, what: str) -> None:
        self.message = f"未找到{what}"


class IdempotencyConflict(DomainError):
    """The same Idempotency-Key came with a different request."""

    code = "idempotency-conflict"
    message = "同一 Idempotency-Key 已用于内容不同的请求，请更换后重试"


class KeysUnusable(DomainError):
    """A petitioner's identity can neither be sealed nor opened: the key is missing, or not the right one."""

    code = "identity-keys-unusable"

    def __init__(self, why: str) -> None:
        self.message = (
            f"诉求人身份的密钥不可用：{why}。没有写入也没有丢失任何内容；"
            "请把备份的 identity.keys 放回数据目录(见运行手册“密钥”)，然后重试"
        )


class PolicyMissing(DomainError):
    """A rule that must be there is not: the policy in force is incomplete."""

    code = "policy-missing"

    def __init__(self, what: str) -> None:
        self.message = f"现行规则缺少：{what}"
