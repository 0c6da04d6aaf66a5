"""What a completion looks like, as a unit handed it in."""

from __future__ import annotations

from typing import Any

COMPLETION: dict[str, Any] = {
    "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "submitted_at": "2026-03-02T09:00:00+08:00",
    "evidence": {
        "is_true": True,
        "untrue_reason": "",
        "beyond_duty": False,
        "beyond_duty_kind": None,
        "beyond_duty_basis": "",
        "contacted": True,
        "contacted_at": "2026-03-02T09:00:00+08:00",
        "contact_way": "phone",
        "contacted_by": "测试乙",
        "contact_last4": None,
        "not_contacted_reason": "",
        "solved": True,
        "unsolved_reason": "",
        "internal_account": "更换镇流器五只",
        "public_reply": "您反映的路灯已经修复，感谢您的监督。",
        "attachments": [],
    },
    "receipt": "94b3195017025b7bfffc0806fee05c1edede35e3f932180260c15f1fe888cee1",
    "decided_at": None,
    "outcome": None,
}
