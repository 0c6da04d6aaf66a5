"""What the answers look like, of one petition as it really went; a test holds them to the shapes they document."""

from __future__ import annotations

from typing import Any

from api.attachment_examples import attachment_examples
from api.completion_example import COMPLETION
from api.dossier_examples import dossier_example, recusals_example
from api.identity_examples import MASKED, identity_examples
from api.inspection_examples import INSPECTIONS
from api.review_examples import review_examples
from api.same_matter_examples import same_matter_examples
from api.visit_examples import visit_examples
from api.watching_examples import WATCHING

_HEAD: dict[str, Any] = {
    "id": "3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11",
    "case_number": "SZ-20260302-00001",
    "version": 4,
    "stage": {"code": "in_hand", "name": "办理中"},
    "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "holder": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "category": {"code": "municipal", "name": "市政设施"},
    "sub_category": {"code": "street-light-out", "name": "路灯不亮"},
    "town": None,
    "request_type": "help",
    "urgency": "ordinary",
    "rung": 0,
    "card": "none",
    "returns": 0,
    "transfers": 0,
    "redos": 0,
    "supervised": False,
    "registered_at": "2026-03-02T09:00:00+08:00",
    "due_at": "2026-03-09T17:30:00+08:00",
    "due_provisional": False,
    "wake_at": "2026-03-06T17:30:00+08:00",
    "wake_kind": "yellow_card",
    "minutes_left": 2670,
    "allowed_actions": ["note", "attach", "request_return", "request_extension", "submit_completion"],
}
_DETAIL: dict[str, Any] = _HEAD | {
    "text": "广济路路灯不亮，晚上出行不安全",
    "place": "广济路与解放路交叉口",
    "longitude": None,
    "latitude": None,
    "given_longitude": None,
    "given_latitude": None,
    "crs": None,
    "location": None,
    "geography_version": None,
    "channel": "web",
    "closed_at": None,
    "merged_into": None,
    "policy_version": "2026.1+dd830435296b",
    "petitioner": MASKED,
    "assignments": [
        {
            "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
            "part": "lead",
            "duty": "",
            "assigned_at": "2026-03-02T09:00:00+08:00",
            "due_at": None,
            "reminded_at": None,
            "signed_at": "2026-03-02T09:00:00+08:00",
            "ended_at": None,
            "outcome": None,
            "report": "",
            "reasons": ["出现“路灯不亮”(市政设施·路灯不亮，权重3)", "职责：城区已移交道路照明设施的建设、养护和启闭"],
        }
    ],
    "asked": [],
    "completions": [],
    "merged": [
        {
            "case_number": "SZ-20260302-00002",
            "registered_at": "2026-03-02T09:00:00+08:00",
            "left": False,
            "petitioner": MASKED | {"contact_kind": "sms", "contact": "138****0000"},
        }
    ],
    "people": 2,
    "ratings": [
        {
            "party": "SZ-20260302-00017",
            "satisfaction": {"code": "dissatisfied", "name": "不满意"},
            "reason": "路灯仍有三盏不亮",
            "rated_at": "2026-03-06T10:00:00+08:00",
            "by_officer": False,
        }
    ],
    "candidates": [],
}
_CLOCK: dict[str, Any] = {
    "kind": {"code": "handling", "name": "办理时限"},
    "unit": None,
    "due_at": "2026-03-09T17:30:00+08:00",
    "passed": False,
    "minutes_left": 2670,
    "provisional": False,
    "awaits": [],
    "rule": "handling",
    "source": "山东省政务服务热线管理办法(2020，据报道)：5个工作日；济南2018、潍坊条例第二十条同",
    "then": "climb",
    "calendar_version": "chinesecalendar-1.11.0+015208c5abeb",
    "steps": [
        {"kind": "start", "text": "2026年3月2日（周一）09:00起算，期限5个工作日（handling），起算当日不计"},
        {"kind": "counted", "text": "3月3日至3月6日 计第1至4个工作日"},
        {"kind": "weekend", "text": "3月7日至3月8日 周末，不计"},
        {"kind": "counted", "text": "3月9日 计第5个工作日"},
        {"kind": "deadline", "text": "2026年3月9日（周一）17:30到期"},
    ],
}
_CLOCKS: dict[str, Any] = {
    "id": "3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11",
    "case_number": "SZ-20260302-00001",
    "version": 4,
    "as_of": "2026-03-02T09:00:00+08:00",
    "policy_version": "2026.1+dd830435296b",
    "handling_met": False,
    "excused_until": "2026-03-09T17:30:00+08:00",
    "assists": [],
    "pauses": [],
    "extensions": [],
    "allowed_actions": ["note", "attach", "request_return", "request_extension", "submit_completion"],
} | {
    "handling": _CLOCK,
    "deadlines": [
        {
            "kind": {"code": "yellow_card", "name": "黄牌预警"},
            "unit": None,
            "due_at": "2026-03-06T17:30:00+08:00",
            "passed": False,
            "minutes_left": 2220,
            "provisional": False,
            "awaits": [],
            "rule": "yellow-card",
            "source": "山东省级政务服务投诉热线(2017)：到期前1个工作日自动亮黄牌",
            "then": "show_yellow_card",
            "calendar_version": "chinesecalendar-1.11.0+015208c5abeb",
            "steps": [
                {"kind": "deadline", "text": "2026年3月9日（周一）17:30到期"},
                {"kind": "derived", "text": "2026年3月6日（周五）17:30 黄牌预警"},
            ],
        },
        _CLOCK,
    ],
}
_ENTRIES: list[dict[str, Any]] = [
    {
        "version": 1,
        "at": "2026-03-02T09:00:00+08:00",
        "trigger": "register",
        "label": "登记",
        "stage_before": None,
        "stage_after": "registered",
        "unit": None,
        "rung": 0,
        "actor_role": "petitioner",
        "actor_unit": None,
        "actor_name": "",
        "reason": "",
        "public": False,
        "details": {"channel": "web"},
        "digest": "ba8a163a833036f7265c8d7d801e3083540da2aac4a81b6161f0264417716273",
    },
    {
        "version": 2,
        "at": "2026-03-02T09:00:00+08:00",
        "trigger": "accept",
        "label": "受理",
        "stage_before": "registered",
        "stage_after": "accepted",
        "unit": None,
        "rung": 0,
        "actor_role": "platform",
        "actor_unit": None,
        "actor_name": "融e通",
        "reason": "",
        "public": False,
        "details": {},
        "digest": "87a652001040064abcb85df008451c1c2ec4624fc10635caf56a07aba1502a83",
    },
    {
        "version": 3,
        "at": "2026-03-02T09:00:00+08:00",
        "trigger": "dispatch",
        "label": "派遣",
        "stage_before": "accepted",
        "stage_after": "dispatched",
        "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
        "rung": 0,
        "actor_role": "platform",
        "actor_unit": None,
        "actor_name": "融e通",
        "reason": "区市政园林服务中心：出现“路灯不亮”(市政设施·路灯不亮，权重3)",
        "public": False,
        "details": {"rule_version": "2026.1+dd830435296b"},
        "digest": "9fbefce0a649670145e33eb3c7f8ffab698770e4974b866a73f4a03b8d02967a",
    },
    {
        "version": 4,
        "at": "2026-03-02T09:00:00+08:00",
        "trigger": "sign",
        "label": "签收",
        "stage_before": "dispatched",
        "stage_after": "in_hand",
        "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
        "rung": 0,
        "actor_role": "unit",
        "actor_unit": "municipal-parks",
        "actor_name": "测试经办",
        "reason": "",
        "public": True,
        "details": {},
        "digest": "8f4f16826385234c16eb5b6accb3ec3fe0edfb5599cb921970b048046f3c9d0b",
    },
]
_HISTORY: dict[str, Any] = {
    "id": "3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11",
    "case_number": "SZ-20260302-00001",
    "version": 4,
    "allowed_actions": ["note", "attach", "request_return", "request_extension", "submit_completion"],
} | {"entries": _ENTRIES}
_PROGRESS: dict[str, Any] = {
    "case_number": "SZ-20260302-00001",
    "version": 4,
    "stage": {"code": "in_hand", "name": "办理中"},
    "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "holder": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "due_at": "2026-03-09T17:30:00+08:00",
    "due_provisional": False,
    "registered_at": "2026-03-02T09:00:00+08:00",
    "closed_at": None,
    "merged_into": None,
    "timeline": [
        {
            "at": "2026-03-02T09:00:00+08:00",
            "label": "登记",
            "told": "反映的情况已收到",
            "stage": {"code": "registered", "name": "待受理"},
            "reason": "",
        },
        {
            "at": "2026-03-02T09:00:00+08:00",
            "label": "受理",
            "told": "已受理，接下来派给承办单位",
            "stage": {"code": "accepted", "name": "待派遣"},
            "reason": "",
        },
        {
            "at": "2026-03-02T09:00:00+08:00",
            "label": "派遣",
            "stage": {"code": "dispatched", "name": "待签收"},
            "reason": "",
        },
        {
            "at": "2026-03-02T09:00:00+08:00",
            "label": "签收",
            "stage": {"code": "in_hand", "name": "办理中"},
            "reason": "",
        },
    ],
    "allowed_actions": ["withdraw"],
}
_REGISTERED: dict[str, Any] = {
    "case_number": "SZ-20260302-00002",
    "query_code": "GH7KQ4MXT9RC",
    "version": 1,
    "stage": {"code": "registered", "name": "待受理"},
    "registered_at": "2026-03-02T09:00:00+08:00",
    "progress": "/progress/GH7KQ4MXT9RC",
    "location": None,
    "allowed_actions": ["withdraw"],
}
ANSWERS: dict[str, dict[str, Any]] = {
    "Registered": _REGISTERED,
    "Progress": _PROGRESS,
    "PetitionDetail": _DETAIL,
    "Receipted": _DETAIL | {"completions": [COMPLETION], "receipt": COMPLETION["receipt"]},
    "Page": {
        "items": [
            _HEAD
            | {
                "part": "lead",
                "duty": "",
                "task_due_at": None,
                "outcome": None,
                "changed_at": "2026-03-02T09:00:00+08:00",
            }
        ],
        "next": None,
        "as_of": "2026-03-02T09:00:00+08:00",
    },
    "Clocks": _CLOCKS,
    "History": _HISTORY,
    "Dossier": dossier_example(_DETAIL, _CLOCK, _CLOCKS, _ENTRIES),
    "InspectionsView": INSPECTIONS,
    "RecusalsView": recusals_example(_HEAD),
    "RecusalReceipt": {"case_number": "SZ-20260302-00001", "version": 5, "allowed_actions": []},
    **WATCHING,
    **same_matter_examples(_HEAD),
    **review_examples(_HEAD),
    **visit_examples(_HEAD),
    **identity_examples(_HEAD),
    **attachment_examples(_DETAIL, _PROGRESS),
    "Health": {
        "status": "ok",
        "database": "ok",
        "orchestrator": "ok",
        "files": [],
        "policy_version": _DETAIL["policy_version"],
    },
}
"""By the name of the answer's shape."""
