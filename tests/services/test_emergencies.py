"""Whoever is in danger waits for nobody and the desk is told; what belongs elsewhere waits for the desk."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.actions import Actor, Role
from domain.stages import Stage
from models.shapes import Registration
from models.tables import HistoryRow, Notice, Petition
from services import decisions, handling, intake
from services.context import Context
from tests.services.lives import CITIZEN, DESK, UNIT, WORDS
from tests.support import steps
from tests.support.context import shipped_policy


def registered(context: Context, text: str, place: str = "") -> Petition:
    petition_id = intake.register(context, Registration(channel="web", text=text, place=place), CITIZEN).id
    steps.settle(context, petition_id)
    return steps.petition_of(context, petition_id)


def told(context: Context, petition: Petition, recipient: str) -> dict[str, bool]:
    """The notices that `recipient` was owed, and whether they are urgent."""
    with context.readers() as session:
        query = sa.select(Notice.rule, Notice.urgent).where(
            Notice.petition_id == petition.id, Notice.recipient == recipient
        )
        return dict(session.execute(query).tuples().all())


def reasons(context: Context, petition: Petition) -> list[str]:
    with context.readers() as session:
        query = sa.select(HistoryRow.reason).where(HistoryRow.petition_id == petition.id).order_by(HistoryRow.version)
        return list(session.scalars(query))


SENT = [
    ("unsure", "救命，这里着火了", "fire-rescue"),
    ("two-matters-alike", "停水又停电，老人不想活了", "public-security"),
    ("sure-of-another", "工地拖欠工资三个月，有人要跳楼", "public-security"),
    ("held-otherwise", "起诉之后没人管，楼里闻到煤气味", "housing"),
]


@pytest.mark.parametrize(("text", "unit"), [case[1:] for case in SENT], ids=[case[0] for case in SENT])
def test_danger_is_dispatched_at_once(context: Context, text: str, unit: str) -> None:
    petition = registered(context, text)
    assert (petition.stage, petition.unit, petition.urgency) == (Stage.DISPATCHED, unit, "emergency")
    assert reasons(context, petition)[-1].startswith(f"{shipped_policy().unit_name(unit)}：突发(")


def test_the_desk_is_told_at_registration_and_at_dispatch_whatever_the_hour(context: Context) -> None:
    petition = registered(context, "救命，这里着火了")
    assert told(context, petition, "role:desk") == {"emergency-registered": True, "emergency-dispatched": True}


def test_of_an_ordinary_petition_the_desk_hears_nothing(context: Context) -> None:
    assert told(context, registered(context, "广济路路灯不亮三天了"), "role:desk") == {}


def test_a_danger_that_its_unit_returned_is_for_the_desk(context: Context) -> None:
    petition = registered(context, "救命，这里着火了")
    crew = Actor(Role.UNIT, "fire-rescue", "测试经办")
    handling.request_return(context, petition.id, crew, reason=WORDS, proposed_unit=UNIT, basis=WORDS)
    decisions.decide_return(context, petition.id, DESK, granted=True, reason=WORDS)
    steps.settle(context, petition.id)
    again = steps.petition_of(context, petition.id)
    assert (again.stage, again.needs_desk, again.unit) == (Stage.ACCEPTED, True, None)


def test_danger_that_is_told_later_waits_for_nobody_either(context: Context) -> None:
    petition = registered(context, "已向法院起诉，还有别的事")
    intake.ask_supplement(context, petition.id, DESK, reason=WORDS)
    intake.supplement(context, petition.id, CITIZEN, "现在楼里着火了")
    steps.settle(context, petition.id)
    now = steps.petition_of(context, petition.id)
    assert (now.stage, now.unit, now.urgency) == (Stage.DISPATCHED, "fire-rescue", "emergency")


def test_what_belongs_elsewhere_waits_for_the_desk_with_the_advice(context: Context) -> None:
    petition = registered(context, "已向法院起诉，请督促路灯维修")
    assert (petition.stage, petition.needs_desk) == (Stage.REGISTERED, True)
    said = reasons(context, petition)[0]
    assert said.startswith("出现“起诉”，像是涉法涉诉事项：")
    assert "人民法院" in said
    assert said.endswith("由专席确认是否受理")


def test_the_refusal_stays_a_persons_decision(context: Context) -> None:
    petition = registered(context, "已向法院起诉，请督促路灯维修")
    intake.accept(context, petition.id, DESK)
    steps.settle(context, petition.id)
    assert steps.petition_of(context, petition.id).unit == UNIT


def test_another_district_is_told_by_the_place(context: Context) -> None:
    petition = registered(context, "路灯不亮三天了", place="滕州市人民路")
    assert petition.stage == Stage.REGISTERED
    assert "不在本区" in reasons(context, petition)[0]


def test_what_only_hints_at_others_is_told_when_the_desk_is_asked(context: Context) -> None:
    petition = registered(context, "报警三次，还有别的事")
    assert (petition.stage, petition.needs_desk) == (Stage.ACCEPTED, True)
    assert "110" in reasons(context, petition)[-1]


@pytest.mark.parametrize("text", ["hello there", "😭😭😭😭", "路灯坏了" * 60], ids=["latin", "faces", "spam"])
def test_what_cannot_be_read_is_kept_as_it_is_and_goes_to_the_desk(context: Context, text: str) -> None:
    petition = registered(context, text)
    assert (petition.stage, petition.needs_desk, petition.text) == (Stage.ACCEPTED, True, text)
    assert reasons(context, petition)[-1].endswith("转人工派遣")
