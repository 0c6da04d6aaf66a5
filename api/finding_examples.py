"""What a pattern looks like, for the description of the interface."""

from __future__ import annotations

from typing import Any

_FINDING: dict[str, Any] = {
    "id": "8c1d5a52-6d0c-4a7e-9a5b-2f9f3f0c1d22",
    "version": 1,
    "kind": {"code": "last_minute", "name": "压线办结"},
    "standing": {"code": "raised", "name": "待核实"},
    "units": [{"code": "municipal-parks", "name": "区市政园林服务中心"}],
    "account": None,
    "base": "在办理时限内申请办结的",
    "numerator": "时限前最后几分钟才申请的",
    "innocent": "有的事按规程就要到期才有结果",
    "share": {"numerator": 31, "base": 84, "shown": "36.90%"},
    "peers": {"numerator": 52, "base": 1190, "shown": "4.37%"},
    "low": 0.2739,
    "high": 0.4759,
    "p": 2.1e-17,
    "tests": 212,
    "expected_false": 0.15,
    "since": "2025-09-10T00:20:00+08:00",
    "until": "2026-03-09T00:20:00+08:00",
    "found_at": "2026-03-09T00:20:00+08:00",
    "seen_at": "2026-03-09T00:20:00+08:00",
    "rule_version": "2026.1+6b8e23210942",
    "cases": [{"case": "SZ-20260302-00001", "said": "时限前12分钟申请办结"}],
    "history": [
        {
            "version": 1,
            "at": "2026-03-09T00:20:00+08:00",
            "act": {"code": "raise", "name": "提示"},
            "actor_role": "platform",
            "actor_name": "融e通",
            "reason": "31/84件，其他合计52/1190件",
        }
    ],
    "allowed_actions": ["confirm", "set_aside", "open_file"],
}
FINDINGS: dict[str, dict[str, Any]] = {
    "FindingView": _FINDING,
    "FindingsView": {
        "as_of": "2026-03-09T09:00:00+08:00",
        "rule": "看最近180天；件数满30件的单位，与其他各单位合计相比，率在2倍以上的，才提示。提示不是结论。",
        "total": 1,
        "findings": [_FINDING],
        "next": None,
    },
}
"""By the name of the answer's shape."""
