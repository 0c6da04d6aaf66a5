"""What the answers about identities look like, of the petition that every example is of."""

from __future__ import annotations

from typing import Any

MASKED = {
    "name": "测**",
    "contact_kind": "email",
    "contact": "t***@example.com",
    "confidential": False,
    "erased_at": None,
    "purposes": [{"code": "contact", "name": "联系诉求人核实情况"}],
}
"""Who reported, as it is shown."""


def identity_examples(head: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By the name of the answer's shape; `head` is the example of a petition's head."""
    return {
        "IdentityView": {
            "id": head["id"],
            "name": "测试甲",
            "contact_kind": "email",
            "contact": "test@example.com",
            "confidential": False,
            "purpose": {"code": "contact", "name": "联系诉求人核实情况"},
            "words": "电话核实灯杆编号",
            "read_at": "2026-03-02T10:00:00+08:00",
        },
        "IdentityReadersView": {
            "reads": [
                {
                    "case": head["case_number"],
                    "number": 1,
                    "at": "2026-03-02T10:00:00+08:00",
                    "role": {"code": "unit", "name": "承办单位"},
                    "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
                    "account": "市政园林接口",
                    "purpose": {"code": "contact", "name": "联系诉求人核实情况"},
                    "words": "电话核实灯杆编号",
                    "digest": "0" * 64,
                }
            ]
        },
        "UnusualReaders": {
            "day": "2026-03-02",
            "least": 50,
            "readers": [
                {
                    "role": {"code": "follow_up", "name": "信息员"},
                    "unit": None,
                    "account": "回访一号",
                    "people": 61,
                    "reads": 64,
                }
            ],
        },
    }
