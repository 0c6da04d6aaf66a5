"""Cases that media follow and that are told of in public, for the tests of both."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from sqlalchemy import select

import clock
from domain.actions import Actor, Role
from domain.errors import RuleRefusal
from domain.media import PublicationKind
from domain.stages import Trigger
from models.media_answers import ProposalIn
from models.tables import Publication, PublicationStep
from services import (
    media,
    publications,
    rulebook,
)
from services.context import Context
from services.rulebook import RuleBook
from tests.services import lives
from tests.services.lives import DESK, petition_of, told, triggers_of
from tests.support.context import shipped_calendar, shipped_policy
from tests.support.steps import settle_until

OUTLET = Actor(Role.MEDIA, "shizhong-yunbao", "测试记者")
OTHER_OUTLET = Actor(Role.MEDIA, "toutiao", "别家记者")
LEADER = Actor(Role.LEADER, name="测试领导")
INSPECTORS = "role:discipline"
OUTLETS = f"outlet:{OUTLET.unit}"
REASON = "群众关注度高"
SAID = "电缆到货晚，联系人：王小明，13800001234，今日修复"


def follow(context: Context, petition_id: str, outlet: Actor = OUTLET) -> str:
    return media.track(context, petition_id, DESK, outlet=outlet.unit or "", reason=REASON).id


def proposal(context: Context, petition_id: str, kind: PublicationKind, text: str = "") -> ProposalIn:
    number = petition_of(context, petition_id).case_number
    return ProposalIn(case_number=number, kind=kind, title="广济路路灯", text=text)


def carded(context: Context, story: clock.StoryClock) -> str:
    """A case that ran past its date, with an outlet following."""
    petition_id = lives.in_hand(context)
    due = petition_of(context, petition_id).due_at
    assert due is not None
    settle_until(context, petition_id, story, due.add(days=1))
    assert Trigger.SHOW_RED_CARD in triggers_of(context, petition_id)
    follow(context, petition_id)
    return petition_id


def exposed_to_be(context: Context, story: clock.StoryClock) -> tuple[str, Publication]:
    petition_id = carded(context, story)
    proposed = proposal(context, petition_id, PublicationKind.EXPOSURE, "逾期多日，请打13800001234")
    return petition_id, publications.propose(context, OUTLET, proposed)


def refused(code: str) -> Any:
    return pytest.raises(RuleRefusal, check=lambda error: error.code == code)


def told_of(context: Context) -> tuple[str, str]:
    """A case with one publication that is public and another that is proposed; its id and the public number."""
    petition_id = lives.in_hand(context)
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))
    public = publications.publish(context, row.id, DESK, reason="同意")
    publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS, "第二篇"))
    return petition_id, public.number or ""


def steps_of(context: Context, number: str) -> list[PublicationStep]:
    with context.sessions() as session:
        return session.scalars(select(Publication).where(Publication.number == number)).one().steps


def under(context: Context, **changes: Any) -> Context:
    """The same ledger with another policy in force."""
    policy = dataclasses.replace(shipped_policy(), **changes)
    later = dataclasses.replace(context, rules=RuleBook(shipped_calendar(), [shipped_policy(), policy]))
    with later.sessions.begin() as session:
        rulebook.activate(session, policy, DESK)
    return later


def outlets_told(context: Context, petition_id: str, trigger: Trigger) -> list[tuple[str, str]]:
    """Recipients among the media, and what they read."""
    found = told(context, petition_id, trigger)
    return [(to, f"{title} {body}") for to, title, body in found if to.startswith("outlet:")]
