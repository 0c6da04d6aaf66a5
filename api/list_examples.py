"""What the four lists look like, for the description of the interface."""

from __future__ import annotations

from typing import Any

_RULE = "已归档、办结凭据审核通过、末次评价不是不满意、督办件已了结的，自动销号。"
_AS_OF = "2026-03-09T09:00:00+08:00"
_OPEN = {"listed": {"code": "open", "name": "在办"}, "items": 3}
_STRUCK = {"listed": {"code": "struck_off", "name": "已销号"}, "items": 41}
_UNIT = {"code": "municipal-parks", "name": "区市政园林服务中心"}
_ITEM: dict[str, Any] = {
    "id": "3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11",
    "case": "SZ-20260302-00001",
    "category": {"code": "municipal", "name": "市政设施"},
    "sub_category": {"code": "street-light-out", "name": "路灯不亮"},
    "topic": None,
    "town": None,
    "unit": _UNIT,
    "registered_at": "2026-03-02T09:00:00+08:00",
    "listed": {"code": "open", "name": "在办"},
    "lacks": [{"code": "completion", "name": "没有经审核通过的办结凭据"}, {"code": "archiving", "name": "尚未归档"}],
}
_OWN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ProblemList": (
        "problems",
        "问题清单",
        {
            "place": "广济路与解放路交叉口",
            "request_type": {"code": "help", "name": "求助"},
            "urgency": {"code": "ordinary", "name": "一般"},
            "people": 3,
        },
    ),
    "ResponsibilityList": (
        "responsibilities",
        "责任清单",
        {
            "holder": _UNIT,
            "duty": "修复路灯",
            "due_at": "2026-03-09T17:30:00+08:00",
            "rung": {"code": "first_review", "name": "一级研判"},
            "designated": True,
            "assists": [
                {
                    "unit": {"code": "kuangqu-street", "name": "矿区街道"},
                    "duty": "组织居民配合",
                    "due_at": "2026-03-05T17:30:00+08:00",
                    "reported": False,
                }
            ],
        },
    ),
    "ProgressList": (
        "progress",
        "进度清单",
        {
            "stage": {"code": "in_hand", "name": "办理中"},
            "last_step": {"at": "2026-03-03T10:00:00+08:00", "label": "记录办理情况", "reason": "待备件到货"},
            "due_at": "2026-03-09T17:30:00+08:00",
            "minutes_left": 450,
            "days_left": 1.0,
            "card": {"code": "yellow", "name": "黄牌"},
            "supervised": False,
        },
    ),
    "ResultList": (
        "results",
        "成效清单",
        {
            "completed_at": "2026-03-06T11:00:00+08:00",
            "solved": True,
            "contacted": True,
            "reply": "您反映的路灯已经修复，感谢您的监督。",
            "receipt": "5f2b0a7c0c0f4c2f9a4c1f0e7d6b5a493827160f5e4d3c2b1a09f8e7d6c5b4a3",
            "verdict": {"code": "satisfied", "name": "满意"},
            "redos": 0,
            "struck_off_at": "2026-03-07T09:00:00+08:00",
            "listed": {"code": "struck_off", "name": "已销号"},
            "lacks": [],
        },
    ),
}
LISTS: dict[str, dict[str, Any]] = {
    shape: {
        "name": {"code": code, "name": name},
        "as_of": _AS_OF,
        "rule": _RULE,
        "totals": [_OPEN, _STRUCK],
        "next": None,
        "items": [_ITEM | own],
    }
    for shape, (code, name, own) in _OWN.items()
} | {
    "ListSummary": {
        "by": {"code": "unit", "name": "主办单位"},
        "as_of": _AS_OF,
        "rule": _RULE,
        "totals": [_OPEN, _STRUCK],
        "groups": [{"group": _UNIT, "totals": [_OPEN, _STRUCK]}],
    }
}
"""By the name of the answer's shape."""
