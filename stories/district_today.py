"""What is under way in the demonstration on the day it is looked at: a meeting to come, journalists who ask."""

from __future__ import annotations

import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.conduct import RequestType
from domain.errors import RuleRefusal
from domain.petition import Card
from domain.reviews import Level
from domain.stages import OPEN_STAGES
from models.tables import Petition
from services import agenda, hot_topics, media, meetings, patterns
from services.context import Context
from stories.acts import DESK
from stories.district_people import after_work
from stories.sittings import EXPERTS

_MOST_ON_AGENDA, _FOLLOWED = 3, 2
_OFFICE_DAY_HOURS = 8
_JOURNALIST = Actor(Role.MEDIA, unit="shizhong-yunbao", name="记者壬")


def go_on(context: Context) -> None:
    """Call a meeting on what waits for the experts, let a newspaper ask, and look for topics and patterns."""
    waiting = [item.id for item in agenda.agenda(context, EXPERTS, Level.FIRST).items][:_MOST_ON_AGENDA]
    if waiting:
        planned = after_work(clock.now(), _OFFICE_DAY_HOURS, context.rules.calendar)
        called = meetings.Call("疑难诉求会商", planned, "分拨中心二楼会议室", "expert-municipal")
        meetings.call(context, EXPERTS, Level.FIRST, called, waiting)
    for number in _late(context):
        media.ask(context, _JOURNALIST, number=number, reason="读者来电问起")
    for asked in media.trackings(context, DESK).trackings[:1]:
        try:
            media.decide(context, asked.id, DESK, granted=True, reason="事关公共设施，可以跟踪")
        except RuleRefusal as refusal:
            media.decide(context, asked.id, DESK, granted=False, reason=refusal.message)
    hot_topics.find_hot_topics(context)
    patterns.find(context)


def _late(context: Context) -> list[str]:
    """The numbers of open cases that are overdue, as a newspaper hears of them."""
    with context.readers() as session:
        query = sa.select(Petition.case_number).where(
            Petition.card == Card.RED.value,
            Petition.stage.in_([stage.value for stage in OPEN_STAGES]),
            Petition.request_type == RequestType.HELP.value,
        )
        return list(session.scalars(query.order_by(Petition.case_number).limit(_FOLLOWED)))
