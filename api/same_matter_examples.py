"""Examples of the answers about probable duplicates and hot topics."""

from __future__ import annotations

from typing import Any


def same_matter_examples(head: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By the name of the answer; `head` is the example of a petition's head."""
    other = head | {
        "id": "8c1f0a6e-0a4b-4c0e-9a39-0d6b5d8f2a10",
        "case_number": "SZ-20260302-00002",
        "allowed_actions": ["merge", "note"],
    }
    reasons = ["文字相似52%", "同属“路灯不亮”", "都提到“广济路”"]
    pair = {
        "petition": other,
        "text": "广济路的路灯三天没亮了",
        "place": "广济路",
        "same_as": head,
        "same_as_text": "广济路路灯不亮，晚上出行不安全",
        "same_as_place": "广济路与解放路交叉口",
        "metres": 120,
        "score": 0.53,
        "reasons": reasons,
        "found_at": "2026-03-02T10:00:00+08:00",
        "merge": {"into": head["id"], "reason": f"疑似同一事项：{'；'.join(reasons)}"},
    }
    topic = {
        "topic": head["id"],
        "name": "广济路 · 路灯不亮",
        "category": {"code": "municipal", "name": "市政设施"},
        "sub_category": {"code": "street-light-out", "name": "路灯不亮"},
        "town": {"code": "kuangqu-street", "name": "矿区街道"},
        "recent": 9,
        "usual": 1.5,
        "cases": ["SZ-20260302-00002", "SZ-20260302-00001"],
        "history": [{"seen_at": "2026-03-02T10:00:00+08:00", "recent": 9, "usual": 1.5}],
    }
    return {
        "DuplicatePage": {"items": [pair], "next": None},
        "HotTopics": {"seen_at": "2026-03-02T10:00:00+08:00", "recent_days": 7, "topics": [topic]},
    }
