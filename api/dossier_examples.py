"""Examples of the inspectors' answers: the dossier of a petition, and who stays out of it."""

from __future__ import annotations

from typing import Any

from api.inspection_examples import INSPECTIONS


def dossier_example(
    detail: dict[str, Any], clock: dict[str, Any], clocks: dict[str, Any], entries: list[dict[str, Any]]
) -> dict[str, Any]:
    """The dossier of the petition that `detail` is the example of."""
    return {
        "supervision": {
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
        },
        "held": [
            {
                "holder": {"code": "municipal-parks", "name": "区市政园林服务中心"},
                "stage": {"code": "dispatched", "name": "待签收"},
                "since": "2026-03-02T09:00:00+08:00",
                "until": "2026-03-02T09:00:00+08:00",
                "minutes": 0,
                "working_minutes": 0,
                "platform_minutes": 0,
                "platform_working_minutes": 0,
            },
            {
                "holder": {"code": "municipal-parks", "name": "区市政园林服务中心"},
                "stage": {"code": "in_hand", "name": "办理中"},
                "since": "2026-03-02T09:00:00+08:00",
                "until": None,
                "minutes": 0,
                "working_minutes": 0,
                "platform_minutes": 0,
                "platform_working_minutes": 0,
            },
        ],
        "timers": [
            {
                "kind": {"code": "yellow_card", "name": "黄牌预警"},
                "unit": None,
                "due_at": "2026-03-06T17:30:00+08:00",
                "armed_at": "2026-03-02T09:00:00+08:00",
                "ended_at": None,
                "outcome": None,
                "rule": "yellow-card",
                "source": "山东省级政务服务投诉热线(2017)：到期前1个工作日自动亮黄牌",
                "provisional": False,
            },
            {
                "kind": {"code": "handling", "name": "办理时限"},
                "unit": None,
                "due_at": "2026-03-09T17:30:00+08:00",
                "armed_at": "2026-03-02T09:00:00+08:00",
                "ended_at": None,
                "outcome": None,
                "rule": "handling",
                "source": "山东省政务服务热线管理办法(2020，据报道)：5个工作日；济南2018、潍坊条例第二十条同",
                "provisional": False,
            },
        ],
        "notices": [
            {
                "version": 3,
                "rule": "dispatched-unit",
                "recipient": "unit:municipal-parks",
                "told": "区市政园林服务中心",
                "title": "新诉求SZ-20260302-00001待签收",
                "urgent": False,
                "owed_at": "2026-03-02T09:00:00+08:00",
                "sent_at": "2026-03-02T09:00:20+08:00",
                "status": "sent",
                "attempts": 1,
                "proof": "wecombot 200",
            }
        ],
        "ratings": [],
        "chain": {"intact": True, "rows": 4, "broken_at": None},
        "evidence": [],
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
        "recusals": [],
        "inspections": INSPECTIONS["files"],
        "as_of": "2026-03-02T09:00:00+08:00",
    } | {
        "petition": detail
        | {
            "petitioner": None,
            "supervised": True,
            "merged": [item | {"petitioner": None} for item in detail["merged"]],
        },
        "clocks": clocks,
        "history": entries,
    }


def recusals_example(head: dict[str, Any]) -> dict[str, Any]:
    """Who stays out of the petition that `head` is the example of."""
    return {
        "id": head["id"],
        "case_number": head["case_number"],
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
