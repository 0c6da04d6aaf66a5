"""What media tracking and publications look like, for the description of the interface."""

from __future__ import annotations

from typing import Any

_UNIT = {"code": "municipal-parks", "name": "区市政园林服务中心"}
_TRACKING: dict[str, Any] = {
    "id": "5b1d5a52-6d0c-4a7e-9a5b-2f9f3f0c1d33",
    "version": 2,
    "case_number": "SZ-20260302-00001",
    "outlet": {"code": "shizhong-yunbao", "name": "市中云报"},
    "standing": {"code": "following", "name": "跟踪中"},
    "asked_at": "2026-03-02T10:00:00+08:00",
    "reason": "读者多次来电问起",
    "decided_at": "2026-03-02T10:30:00+08:00",
    "decision": "事关公共设施，可以跟踪",
    "allowed_actions": ["end"],
}
_HEAD: dict[str, Any] = {
    "id": "9c0d5a52-6d0c-4a7e-9a5b-2f9f3f0c1d44",
    "version": 1,
    "case_number": "SZ-20260302-00001",
    "kind": {"code": "process", "name": "办理过程"},
    "standing": {"code": "proposed", "name": "待审"},
    "title": "广济路路灯修复过程",
    "outlet": None,
    "unit": _UNIT,
    "reply_due_at": None,
    "number": None,
    "allowed_actions": ["edit", "publish", "decline"],
}
_PUBLIC: dict[str, Any] = {
    "number": "GK-2026-00001",
    "version": 2,
    "kind": {"code": "process", "name": "办理过程"},
    "title": "广济路路灯修复过程",
    "text": "2026-03-02 09:00 登记",
    "category": "市政设施",
    "place": "",
    "unit": "区市政园林服务中心",
    "reply": "",
    "published_at": "2026-03-09T10:00:00+08:00",
    "correction": "",
    "corrected_at": None,
    "withdrawn_at": None,
    "withdrawal": "",
    "digest": "0f6b1d1d3f5c6d1c5e1f0d3b7a7c2b6a4f3e9d8c7b6a5f4e3d2c1b0a99887766",
}
MEDIA: dict[str, dict[str, Any]] = {
    "TrackingView": _TRACKING,
    "TrackingsView": {"trackings": [_TRACKING], "next": None},
    "TrackedCase": {
        "id": "5b1d5a52-6d0c-4a7e-9a5b-2f9f3f0c1d33",
        "case_number": "SZ-20260302-00001",
        "category": "市政设施",
        "place": "矿区街道",
        "unit": "区市政园林服务中心",
        "stage": {"code": "in_hand", "name": "办理中"},
        "card": "none",
        "due_at": "2026-03-09T17:30:00+08:00",
        "timeline": [{"at": "2026-03-02T09:00:00+08:00", "label": "登记"}],
        "allowed_actions": [],
    },
    "PublicationsView": {"publications": [_HEAD], "next": None},
    "PublicationView": _HEAD
    | {
        "text": "2026-03-02 09:00 登记",
        "removed": {"phone": 1},
        "before": "2026-03-02 09:00 登记",
        "reply": "",
        "published_at": None,
        "digest": "",
        "correction": "",
        "withdrawal": "",
        "history": [
            {
                "version": 1,
                "at": "2026-03-09T09:00:00+08:00",
                "act": {"code": "propose", "name": "提出"},
                "actor_role": "desk",
                "actor_name": "派遣专席",
                "reason": "",
            }
        ],
    },
    "PublicPublications": {"publications": [_PUBLIC], "next": None},
    "PublicPublication": _PUBLIC,
}
"""By the name of the answer's shape."""
