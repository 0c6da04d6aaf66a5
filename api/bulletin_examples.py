"""What a bulletin looks like, for the description of the interface."""

from __future__ import annotations

from typing import Any

_HEAD: dict[str, Any] = {
    "id": "5b1d5a52-6d0c-4a7e-9a5b-2f9f3f0c1d33",
    "version": 2,
    "kind": {"code": "week", "name": "督导通报(周)"},
    "title": "示例区督导通报(周)",
    "period": "2026年3月2日至3月8日",
    "standing": {"code": "issued", "name": "已签发"},
    "number": "督导通报〔2026〕第9期",
    "made_at": "2026-03-09T00:50:00+08:00",
    "issued_at": "2026-03-09T10:00:00+08:00",
    "allowed_actions": [],
}
BULLETINS: dict[str, dict[str, Any]] = {
    "BulletinsView": {"bulletins": [_HEAD], "next": None},
    "BulletinView": _HEAD
    | {
        "text": "# 示例区督导通报(周)\n\n督导通报〔2026〕第9期\n",
        "history": [
            {
                "version": 1,
                "at": "2026-03-09T00:50:00+08:00",
                "act": {"code": "draft", "name": "拟稿"},
                "actor_role": "platform",
                "actor_name": "融e通",
                "reason": "",
            },
            {
                "version": 2,
                "at": "2026-03-09T10:00:00+08:00",
                "act": {"code": "issue", "name": "签发"},
                "actor_role": "leader",
                "actor_name": "区领导小组",
                "reason": "请各单位对照清单，一周内整改到位",
            },
        ],
    },
}
"""By the name of the answer's shape."""
