"""What a person may make of a pattern that was found: the platform raises it, only inspectors judge it."""

from __future__ import annotations

from enum import StrEnum

from domain.actions import Role
from domain.errors import RuleRefusal

JUDGES = frozenset({Role.INSPECTOR})
"""Who may look at findings and decide on them: about units nothing is said before it is confirmed."""


class FindingStanding(StrEnum):
    """How a finding stands."""

    RAISED = "raised"
    LAPSED = "lapsed"
    CONFIRMED = "confirmed"
    SET_ASIDE = "set_aside"
    FILE_OPENED = "file_opened"


FINDING_LABELS = {
    FindingStanding.RAISED: "待核实",
    FindingStanding.LAPSED: "未再出现",
    FindingStanding.CONFIRMED: "已核实",
    FindingStanding.SET_ASIDE: "已放过",
    FindingStanding.FILE_OPENED: "已立案核查",
}


class FindingDecision(StrEnum):
    """What an inspector may decide."""

    CONFIRM = "confirm"
    SET_ASIDE = "set_aside"
    OPEN_FILE = "open_file"


DECISION_LABELS = {
    FindingDecision.CONFIRM: "核实",
    FindingDecision.SET_ASIDE: "放过",
    FindingDecision.OPEN_FILE: "立案核查",
}
LEADS_TO = {
    FindingDecision.CONFIRM: FindingStanding.CONFIRMED,
    FindingDecision.SET_ASIDE: FindingStanding.SET_ASIDE,
    FindingDecision.OPEN_FILE: FindingStanding.FILE_OPENED,
}
_OPEN_TO = {
    FindingStanding.RAISED: tuple(FindingDecision),
    FindingStanding.LAPSED: tuple(FindingDecision),
    FindingStanding.CONFIRMED: (FindingDecision.SET_ASIDE, FindingDecision.OPEN_FILE),
    FindingStanding.SET_ASIDE: (FindingDecision.CONFIRM,),
    FindingStanding.FILE_OPENED: (),
}
JUDGED = frozenset(LEADS_TO.values())
"""Standings that a person gave: the cases behind such a finding are not raised again."""


def open_decisions(standing: FindingStanding, role: Role) -> tuple[FindingDecision, ...]:
    """What may be decided now; a mistake may be put right, what was opened as a file stays one."""
    return _OPEN_TO[standing] if role in JUDGES else ()


def after(standing: FindingStanding, decision: FindingDecision) -> FindingStanding:
    """How a finding stands after `decision`. Raises RuleRefusal when it may not be decided so any more."""
    if decision not in _OPEN_TO[standing]:
        said = f"该苗头{FINDING_LABELS[standing]}，不能再{DECISION_LABELS[decision]}"
        raise RuleRefusal("finding-decided", said)
    return LEADS_TO[decision]
