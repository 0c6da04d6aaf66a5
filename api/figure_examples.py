"""What figures look like, for the description of the interface."""

from __future__ import annotations

from typing import Any

_PERIOD = {
    "since": "2026-03-01T00:00:00+08:00",
    "until": "2026-04-01T00:00:00+08:00",
    "said": "2026年3月1日至3月31日",
}
_DEFINITION = {
    "name": "completion",
    "chinese": "办结率",
    "english": "completion rate",
    "counted": {"code": "cases", "name": "件：登记在时段内的诉求"},
    "base": "时段内登记的诉求",
    "numerator": "截至时刻已办结(含回访、评价、归档)的",
    "excluded": "不予受理、并入他案、诉求人撤回、终止办理的",
    "source": "区报：媒体跟踪699件办结率99.28%，即办结件数除以件数；不计哪些系自定",
    "more_is_better": True,
}
_SHARE = {
    "figure": "completion",
    "numerator": 1232,
    "base": 1238,
    "excluded": 12,
    "share": 0.9951534733441034,
    "shown": "99.52%",
    "low": 0.98947,
    "high": 0.99778,
    "expected": None,
    "rank": None,
    "tied": False,
    "verdict": None,
}
_TOTAL = {
    "group": None,
    "counts": {"registered": 1250, "open": 6, "overdue": 2, "yellow": 1, "red": 2, "supervised": 1, "excluded": 0},
    "shares": [_SHARE],
    "times": [
        {
            "stage": {"code": "dispatched", "name": "待签收"},
            "stays": 1301,
            "median_hours": 2.5,
            "ninetieth_hours": 9.1,
        }
    ],
}
_GROUP = _TOTAL | {
    "group": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "shares": [
        _SHARE
        | {
            "expected": 0.991,
            "rank": 1,
            "verdict": {"code": "as_expected", "name": "与应有水平无明显差别"},
        }
    ],
}
_ROW: dict[str, Any] = {
    "group": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "standing": {"open": 6, "overdue": 2, "yellow": 1, "red": 2, "supervised": 1},
    "counts": {"registered": 1250},
    "shares": [_SHARE],
}
FIGURES: dict[str, dict[str, Any]] = {
    "FiguresView": {
        "as_of": "2026-04-01T00:00:00+08:00",
        "period": _PERIOD,
        "by": {"code": "unit", "name": "承办单位"},
        "rules": ["一件诉求属于其登记时刻(北京时间)所在的时段，办到哪一时段都不变；时段含首日和末日。"],
        "policy_version": "2026.1+6b8e23210942",
        "least_cases": 30,
        "confidence": 0.95,
        "total": _TOTAL,
        "groups": [_GROUP],
        "visits": {
            "drawn": 260,
            "open": 3,
            "late": 0,
            "reached": 248,
            "not_reached": 7,
            "overtaken": 2,
            "contradicting": 4,
        },
        "dissatisfied": [{"reason": {"code": "not-solved", "name": "问题没有解决"}, "ratings": 3}],
        "definitions": [_DEFINITION],
    },
    "FigureCasesView": {
        "as_of": "2026-04-01T00:00:00+08:00",
        "period": _PERIOD,
        "definition": _DEFINITION,
        "base": 1238,
        "cases": [
            {
                "case": "SZ-20260302-00001",
                "unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
                "at": "2026-03-02T09:00:00+08:00",
                "counts": True,
                "stage": {"code": "archived", "name": "已归档"},
                "seconds": None,
            }
        ],
        "next": 100,
    },
    "DashboardView": {
        "as_of": "2026-03-15T09:00:00+08:00",
        "period": _PERIOD,
        "trend_period": _PERIOD,
        "today": 41,
        "today_period": {
            "since": "2026-03-15T00:00:00+08:00",
            "until": "2026-03-16T00:00:00+08:00",
            "said": "2026-03-15",
        },
        "total": _ROW | {"group": None},
        "units": [_ROW],
        "towns": [],
        "trend_by": {"code": "day", "name": "登记日"},
        "trend": [{"first": "2026-03-14", "last": "2026-03-14", "registered": 38, "open": 12, "overdue": 1}],
        "ladder": [{"figure": "registered", "name": "登记", "cases": 1250}],
        "topics": None,
        "definitions": [_DEFINITION],
        "rules": ["一件诉求属于其登记时刻(北京时间)所在的时段，办到哪一时段都不变；时段含首日和末日。"],
    },
}
"""By the name of the answer's shape."""
