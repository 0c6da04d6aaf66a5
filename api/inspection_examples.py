"""What the answers about the party-committee inspectors' files look like; a test holds them to their shapes."""

from __future__ import annotations

from typing import Any

_ID, _CASE = "3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11", "SZ-20260302-00001"

INSPECTIONS: dict[str, Any] = {
    "id": _ID,
    "case_number": _CASE,
    "version": 6,
    "asked": {
        "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
        "question": "请说明三盏路灯为何仍不亮",
        "asked_at": "2026-03-04T10:00:00+08:00",
        "due_at": "2026-03-06T17:30:00+08:00",
        "overdue": False,
        "reminded_at": None,
    },
    "files": [
        {
            "opened_at": "2026-03-04T09:00:00+08:00",
            "opened_by": "测试督查",
            "cause": "群众反映集中的典型事项",
            "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
            "question": "请说明三盏路灯为何仍不亮",
            "answer_due_at": "2026-03-06T17:30:00+08:00",
            "closed_at": None,
            "closed_by": None,
            "conclusion": "",
            "visits": [
                {
                    "visited_at": "2026-03-04T08:30:00+08:00",
                    "place": "广济路与解放路交叉口",
                    "people": ["区委督查室二人", "区市政园林服务中心"],
                    "found": "路灯仍有三盏不亮，现场未见施工",
                    "photos": [{"name": "现场.jpg", "sha256": "0" * 64}],
                    "recorded_at": "2026-03-04T09:10:00+08:00",
                    "recorded_by": "测试督查",
                }
            ],
        }
    ],
    "allowed_actions": ["note", "record_visit", "query_unit", "close_inspection"],
}
