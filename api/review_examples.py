"""Examples of the answers about the two reviews."""

from __future__ import annotations

from typing import Any

_EXPERT = {"code": "expert-municipal", "title": "市政专家", "unit": "municipal-parks"}
_HEAD: dict[str, Any] = {
    "id": 1,
    "number": "一级研判〔2026〕1号",
    "level": {"code": "first", "name": "一级研判"},
    "title": "广济路路灯等两件专题研判",
    "planned_at": "2026-03-05T09:00:00+08:00",
    "place": "分拨中心会议室",
    "chair": _EXPERT,
    "status": {"code": "held", "name": "已召开"},
    "version": 3,
    "cases": 1,
    "undecided": 0,
}


def review_examples(head: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By the name of the answer; `head` is the example of a petition's head."""
    parks = {"code": "municipal-parks", "name": "区市政园林服务中心"}
    item = head | {
        "stage": {"code": "first_review", "name": "一级研判"},
        "arrived_at": "2026-03-03T09:00:00+08:00",
        "opening": "文化路街道广济路路灯不亮，夜间通行不便",
        "place": "广济路",
        "why": "退单3次",
        "decide_by": "2026-03-17T17:30:00+08:00",
        "meeting": {"id": 1, "number": _HEAD["number"], "planned_at": _HEAD["planned_at"]},
        "put_off": 0,
        "leader_in_charge": None,
        "returned": [],
        "candidates": [parks],
        "allowed_actions": ["convene", "put_off", "assign"],
    }
    case = {
        "petition_id": head["id"],
        "number": head["case_number"],
        "matter": "市政设施、路灯不亮",
        "stage": {"code": "dispatched", "name": "待签收"},
        "decide_by": None,
        "outcome": {"code": "assigned", "name": "交办"},
        "discussion": "路灯已竣工未移交，三家单位均称非本单位职责",
        "reason": "现场会商：由市政园林主办",
        "tasks": [{"unit": parks, "part": "lead", "duty": "恢复照明", "term": "3个工作日"}],
        "decided_at": "2026-03-05T10:00:00+08:00",
        "decided_by": "一级研判小组",
    }
    meeting = _HEAD | {
        "invited": [parks],
        "called_by": "一级研判小组",
        "called_at": "2026-03-03T10:00:00+08:00",
        "held_at": "2026-03-05T09:05:00+08:00",
        "ended_at": None,
        "ended_by": None,
        "reason": "",
        "attendance": [{"member": "expert-municipal", "unit": parks, "title": "市政专家"}],
        "quorum": {"needed": 4, "present": 4, "reached": True},
        "items": [case],
        "hidden": 0,
    }
    day = {"day": "2026-03-05", "member": _EXPERT, "stands_in": False, "reason": "", "changed_by": None}
    return {
        "Agenda": {
            "level": _HEAD["level"],
            "on_duty": _EXPERT,
            "items": [item],
            "as_of": "2026-03-03T09:30:00+08:00",
        },
        "MeetingPage": {"items": [_HEAD]},
        "MeetingView": meeting,
        "Roster": {"level": "first", "members": [_EXPERT], "days": [day]},
    }
