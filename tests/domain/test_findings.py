"""What a person may make of a finding and of a bulletin: each standing, each decision, by hand."""

from __future__ import annotations

import pytest

from domain import bulletins, findings
from domain.actions import Role
from domain.bulletins import ACT_LABELS, BULLETIN_KINDS, BULLETIN_LABELS, BULLETIN_TITLES, BulletinAct, BulletinStanding
from domain.errors import RuleRefusal
from domain.findings import (
    DECISION_LABELS,
    FINDING_LABELS,
    JUDGED,
    LEADS_TO,
    FindingDecision,
    FindingStanding,
    open_decisions,
)

OPEN = {
    "raised": "confirm set_aside open_file",
    "lapsed": "confirm set_aside open_file",
    "confirmed": "set_aside open_file",
    "set_aside": "confirm",
    "file_opened": "",
}


@pytest.mark.parametrize("standing", FindingStanding)
@pytest.mark.parametrize("decision", FindingDecision)
def test_what_may_be_decided_on_a_finding(standing: FindingStanding, decision: FindingDecision) -> None:
    is_open = decision in OPEN[standing].split()
    assert (decision in open_decisions(standing, Role.INSPECTOR)) == is_open
    if is_open:
        assert findings.after(standing, decision) is LEADS_TO[decision]
    else:
        with pytest.raises(RuleRefusal, match=FINDING_LABELS[standing]):
            findings.after(standing, decision)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.INSPECTOR])
def test_nobody_else_decides_on_a_finding(role: Role) -> None:
    assert {open_decisions(standing, role) for standing in FindingStanding} == {()}


@pytest.mark.parametrize("standing", BulletinStanding)
@pytest.mark.parametrize("act", BulletinAct)
def test_what_may_be_done_with_a_bulletin(standing: BulletinStanding, act: BulletinAct) -> None:
    expected = {BulletinAct.ISSUE: BulletinStanding.ISSUED, BulletinAct.DISCARD: BulletinStanding.DISCARDED}
    if standing is BulletinStanding.DRAFT:
        assert bulletins.after(standing, act) is expected[act]
    else:
        with pytest.raises(RuleRefusal, match=BULLETIN_LABELS[standing]):
            bulletins.after(standing, act)
    for role in Role:
        may = standing is BulletinStanding.DRAFT and role in {Role.INSPECTOR, Role.LEADER}
        assert (act in bulletins.open_acts(standing, role)) == may


def test_everything_has_a_name() -> None:
    assert set(FINDING_LABELS) == set(FindingStanding) == JUDGED | {FindingStanding.RAISED, FindingStanding.LAPSED}
    assert set(DECISION_LABELS) == set(FindingDecision)
    assert set(BULLETIN_LABELS) == set(BulletinStanding)
    assert set(ACT_LABELS) == set(BulletinAct)
    assert set(BULLETIN_TITLES) == set(BULLETIN_KINDS)
