"""Examples of the answers about return visits."""

from __future__ import annotations

from typing import Any


def visit_examples(head: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By the name of the answer; `head` is the example of a petition's head."""
    satisfied = {"code": "satisfied", "name": "满意"}
    visit = {
        "id": 1,
        "petition_id": head["id"],
        "petition_number": head["case_number"],
        "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
        "officer": {"code": "info-kuangqu", "title": "矿区街道信息员", "unit": "kuangqu-street"},
        "status": {"code": "reached", "name": "已回访"},
        "due_at": "2026-03-12T17:30:00+08:00",
        "late": False,
        "attempts": 1,
        "risks": [{"code": "extended", "name": "延期"}],
        "satisfaction": satisfied,
        "account_true": True,
        "spot_check": True,
        "contradicts": False,
        "version": 2,
    }
    whole = visit | {
        "rated": satisfied,
        "drawn_at": "2026-03-05T10:00:00+08:00",
        "policy_version": "2026.1+0123456789ab",
        "completion_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "number": 0.418273,
        "rate": 1.0,
        "reason": "延期类抽100%，抽签数0.418273小于1",
        "officer_reason": "",
        "ended_at": "2026-03-06T09:30:00+08:00",
        "history": [
            {
                "at": "2026-03-06T09:30:00+08:00",
                "way": {"code": "phone", "name": "电话"},
                "reached": True,
                "words": "诉求人称路灯已亮，答复属实",
                "officer": "info-kuangqu",
                "recorded_by": "信息员专班",
            }
        ],
    }
    counts = {"drawn": 5, "open": 2, "reached": 2, "not_reached": 1, "overtaken": 0}
    page = {"items": [visit], "counts": counts, "as_of": "2026-03-06T10:00:00+08:00"}
    return {"ReturnVisit": whole, "ReturnVisitPage": page}
