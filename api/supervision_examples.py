"""What the answers about recusal and inspection look like; a test holds them to the shapes they document."""

from __future__ import annotations

from typing import Any

_ID, _CASE = "3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11", "SZ-20260302-00001"

_RECUSALS: dict[str, Any] = {
    "id": _ID,
    "case_number": _CASE,
    "version": 5,
    "recusals": [
        {
            "number": 1,
            "unit": {"code": "housing", "name": "区住房和城乡建设局"},
            "account": None,
            "stated_by": {"code": "inspectors", "name": "纪检监察或党委督查认定"},
            "reason": "来信反映该单位工作人员收受好处",
            "recorded_at": "2026-03-02T09:00:00+08:00",
            "recorded_by": "测试督查",
            "lifted_at": None,
            "lifted_by": None,
            "lifted_because": "",
        }
    ],
    "allowed_actions": ["note", "supervise", "recuse", "lift_recusal"],
}
FILE: dict[str, Any] = {
    "opened_at": "2026-03-02T09:00:00+08:00",
    "cause": "群众多次反映",
    "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "explanation": None,
    "disposition": None,
    "opinion": "",
    "closed_at": None,
    "closed_by": None,
    "ground": None,
    "rectification": None,
    "openings": [
        {
            "opened_at": "2026-03-02T09:00:00+08:00",
            "cause": "群众多次反映",
            "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
            "disposition": None,
            "opinion": "",
            "closed_at": None,
            "closed_by": None,
        }
    ],
}
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
SUPERVISION: dict[str, dict[str, Any]] = {
    "RecusalsView": _RECUSALS,
    "InspectionsView": INSPECTIONS,
    "RecusalReceipt": {"case_number": _CASE, "version": 5, "allowed_actions": []},
}
"""By the name of the answer's shape."""


def dossier_parts(detail: dict[str, Any], clock: dict[str, Any]) -> dict[str, Any]:
    """What a dossier says beyond the petition, its history and its clocks."""
    return {
        "under": {
            "kind": clock["kind"],
            "rule": clock["rule"],
            "source": clock["source"],
            "origin": "公开规定",
            "policy_version": detail["policy_version"],
            "calendar_version": clock["calendar_version"],
            "due_at": clock["due_at"],
            "met": False,
            "steps": clock["steps"],
        },
        "platform": {
            "delays": [
                {
                    "cause": {"code": "outage", "name": "平台停运"},
                    "since": "2026-03-03T10:00:00+08:00",
                    "until": "2026-03-03T11:00:00+08:00",
                    "told": "平台停运：机房断电",
                }
            ],
            "due_at": "2026-03-09T17:30:00+08:00",
            "excused_until": "2026-03-10T09:30:00+08:00",
            "charged": False,
            "said": "平台有延误，不计入承办单位的时间",
        },
        "asked": [
            {
                "kind": {"code": "return", "name": "退单"},
                "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
                "asked_at": "2026-03-02T10:00:00+08:00",
                "reason": "该路段尚未移交",
                "basis": "三定方案第三条",
                "decided_at": "2026-03-02T11:00:00+08:00",
                "decided_by": "测试专席",
                "outcome": "refused",
            }
        ],
        "reminders": [],
        "clock_edits": [
            {
                "version": 7,
                "at": "2026-03-09T16:30:00+08:00",
                "label": "同意延期",
                "by": "派遣专席 测试专席",
                "reason": "延期3个工作日：需采购专用灯杆",
                "due_before": "2026-03-09T17:30:00+08:00",
                "due_after": "2026-03-12T17:30:00+08:00",
                "working_minutes_left": 60,
                "near": True,
            }
        ],
        "dispatched": [
            {
                "at": "2026-03-02T09:00:00+08:00",
                "label": "派遣",
                "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
                "by": "平台 融e通",
                "reason": "区市政园林服务中心：出现“路灯不亮”",
                "rule_version": detail["policy_version"],
                "candidates": [
                    {
                        "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
                        "score": 3.0,
                        "confidence": None,
                        "reasons": ["出现“路灯不亮”(市政设施·路灯不亮，权重3)"],
                    }
                ],
            }
        ],
    }
