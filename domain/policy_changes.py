"""A policy on its way into force: uploaded, planned, put there, taken back."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """How far it is."""

    DRAFT = "draft"
    PLANNED = "planned"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


STANDING_LABELS = {
    Standing.DRAFT: "已上传，未启用",
    Standing.PLANNED: "定于日后启用",
    Standing.DONE: "已启用",
    Standing.WITHDRAWN: "已撤下",
    Standing.OVERTAKEN: "未启用：其间现行规则已改",
}
WAITING = frozenset({Standing.DRAFT, Standing.PLANNED})


class Kind(StrEnum):
    """Where it comes from."""

    UPLOAD = "upload"
    ROLLBACK = "rollback"
    COMMAND = "command"


KIND_LABELS = {Kind.UPLOAD: "上传", Kind.ROLLBACK: "恢复旧版", Kind.COMMAND: "命令行"}
