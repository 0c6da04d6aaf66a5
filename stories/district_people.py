"""What the people of the demonstration do with a petition that waits for them, and how long they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from pendulum import DateTime

import clock
from domain.actions import PETITIONER, Actor
from domain.calendar import CHINA, DAY, WorkCalendar, local
from domain.completion import ContactWay
from domain.petition import Satisfaction
from domain.reviews import Level
from domain.stages import Stage
from domain.visits import Way
from models.evidence import CompletionEvidence
from models.tables import Petition
from models.visit_answers import AttemptIn
from services import decisions, desk, dispatching, handling, ladder, supervision, verdict
from services.assignments import units_that_returned
from services.context import Context
from stories.acts import DESK, INSPECTORS, at_unit, days
from stories.district_matters import Course
from stories.sittings import EXPERTS, LEADERS

Act = Callable[[], object]
_FEW_HOURS, _FEW_DAYS = (1, 7), (6, 20)
"""Of office time."""
_ASKS_FOR_MORE, _NEVER_RATES, _GOES_UP = 0.4, 0.2, 0.35
"""How often a slow unit asks for more time, a petitioner stays silent, a review leaves it to the one above."""
_NOT_REACHED, _SATISFIED = 0.2, 0.9
_GIVEN_UP = 3
"""How often a unit hands back before nobody does any more; the experts decide then."""


@dataclass(frozen=True)
class Standing:
    """What people see of a petition when they decide what to do with it."""

    id: str
    version: int
    stage: Stage
    unit: str
    town: str | None
    wake_at: DateTime | None
    needs_desk: bool
    designated: bool
    returns: int
    redos: int
    extensions: int
    returned_by: frozenset[str]
    due_at: DateTime | None
    may_ask_why: bool
    """Under supervision, and nobody waits for the unit's explanation."""


def standing_of(context: Context, petition_id: str) -> Standing:
    """How the petition stands now."""
    with context.readers() as session:
        row = session.get_one(Petition, petition_id)
        file = row.supervision
        return Standing(
            id=row.id,
            version=row.version,
            stage=Stage(row.stage),
            unit=row.unit or "",
            town=row.town,
            wake_at=row.wake_at,
            needs_desk=row.needs_desk,
            designated=row.designated,
            returns=row.returns,
            redos=row.redos,
            extensions=row.extensions_granted,
            due_at=row.due_at,
            returned_by=frozenset(units_that_returned(row)),
            may_ask_why=bool(row.unit) and file is not None and not (file.closed_at or file.explanation_demanded_at),
        )


@dataclass(frozen=True)
class Plan:
    """What somebody will do with a petition, in so many hours of work; or, for people at home, of the day."""

    hours: float
    act: Act
    at_home: bool = False


class People:
    """Everybody at once. What they do comes from `random` alone: the same start gives the same district."""

    def __init__(self, context: Context, random: Random, departments: Iterable[str]) -> None:
        self._context, self._random, self._departments = context, random, tuple(departments)

    def plan(self, petition: Standing, course: Course) -> Plan | None:
        """What happens next unless the petition moves before; `None`: everybody leaves it to the timers."""
        planners: dict[Stage, Callable[[Standing, Course], Plan | None]] = {
            Stage.ACCEPTED: self._at_the_desk,
            Stage.DISPATCHED: self._at_the_unit,
            Stage.REDO: self._at_the_unit,
            Stage.IN_HAND: self._at_work,
            Stage.RETURN_REQUESTED: self._handed_back,
            Stage.EXTENSION_REQUESTED: self._longer,
            Stage.COMPLETION_SUBMITTED: self._handed_in,
            Stage.COMPLETED: self._at_home,
            Stage.FIRST_REVIEW: self._experts,
            Stage.SECOND_REVIEW: self._leaders,
        }
        planner = planners.get(petition.stage)
        return planner(petition, course) if planner else None

    def _soon(self, act: Act) -> Plan:
        return Plan(self._random.uniform(*_FEW_HOURS), act)

    def _at_the_desk(self, petition: Standing, _: Course) -> Plan | None:
        if not petition.needs_desk:
            return None
        found = desk.weighed(self._context, DESK, [petition.id]).get(petition.id)
        choices = [choice.unit.code for choice in found.choices] if found else []
        fallback = petition.town or self._random.choice(self._departments)
        unit = next(
            (code for code in (*choices, fallback, *self._departments) if code not in petition.returned_by), fallback
        )
        return self._soon(
            lambda: dispatching.dispatch(self._context, petition.id, DESK, unit=unit, reason="按职责清单和属地人工派遣")
        )

    def _at_the_unit(self, petition: Standing, course: Course) -> Plan | None:
        actor = at_unit(petition.unit)
        if course is Course.SILENT and not petition.designated:
            return None
        if course is Course.PASSED_ON and not petition.designated and petition.stage is Stage.DISPATCHED:
            return self._soon(lambda: self._return(petition))
        return self._soon(lambda: handling.sign(self._context, petition.id, actor))

    def _return(self, petition: Standing) -> None:
        other = self._random.choice([code for code in self._departments if code != petition.unit])
        handling.request_return(
            self._context,
            petition.id,
            at_unit(petition.unit),
            reason="现场查看后认为不在本单位职责范围内",
            proposed_unit=other,
            basis="单位三定方案",
        )

    def _at_work(self, petition: Standing, course: Course) -> Plan:
        actor = at_unit(petition.unit)
        in_time = petition.due_at is not None and petition.due_at > clock.now().add(days=2)
        if course is Course.SLOW and in_time and not petition.extensions and self._random.random() < _ASKS_FOR_MORE:
            return self._soon(lambda: self._ask_for_more(petition, actor))
        slow = course is Course.SLOW and not petition.designated
        hours = self._random.uniform(30, 80) if slow else self._random.uniform(3, 26)
        return Plan(hours, lambda: handling.submit_completion(self._context, petition.id, actor, _evidence()))

    def _ask_for_more(self, petition: Standing, actor: Actor) -> None:
        handling.request_extension(
            self._context,
            petition.id,
            actor,
            amount=1,
            reason="配件须订货，已告知诉求人",
            reason_code="procurement",
        )

    def _handed_back(self, petition: Standing, _: Course) -> Plan:
        granted = petition.returns < _GIVEN_UP
        said = "所述职责依据属实" if granted else "多次退单，由一级研判指定"
        return self._soon(
            lambda: decisions.decide_return(self._context, petition.id, DESK, granted=granted, reason=said)
        )

    def _longer(self, petition: Standing, _: Course) -> Plan:
        return self._soon(
            lambda: decisions.decide_extension(self._context, petition.id, DESK, granted=True, reason="理由充分")
        )

    def _handed_in(self, petition: Standing, _: Course) -> Plan:
        return self._soon(
            lambda: decisions.decide_completion(self._context, petition.id, DESK, approved=True, reason="佐证齐全")
        )

    def _at_home(self, petition: Standing, course: Course) -> Plan | None:
        if self._random.random() < _NEVER_RATES:
            return None
        bad = course is Course.DISSATISFIED and petition.redos == 0
        fair = (Satisfaction.SATISFIED, Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED)
        satisfaction = Satisfaction.DISSATISFIED if bad else self._random.choice(fair)
        reason = self._random.choice(("not-solved", "came-back", "untrue", "slow")) if bad else None
        return Plan(
            self._random.uniform(2, 40),
            lambda: verdict.rate(self._context, petition.id, PETITIONER, satisfaction=satisfaction, reason_code=reason),
            at_home=True,
        )

    def _experts(self, petition: Standing, course: Course) -> Plan | None:
        if course is Course.SILENT or self._random.random() < _GOES_UP:
            return None
        return Plan(self._random.uniform(*_FEW_DAYS), lambda: self._assign(petition, Level.FIRST))

    def _leaders(self, petition: Standing, _: Course) -> Plan | None:
        if petition.may_ask_why:
            return self._soon(lambda: self._ask_why(petition))
        if self._random.random() < _GOES_UP:
            return None
        return Plan(self._random.uniform(*_FEW_DAYS), lambda: self._assign(petition, Level.SECOND))

    def _assign(self, petition: Standing, level: Level) -> None:
        lead = petition.unit or self._random.choice(self._departments)
        decision = ladder.Decision(
            lead=ladder.Task(lead, "牵头办理并答复诉求人", days(5)), reason="会商确定：由该单位主办，相关单位配合"
        )
        ladder.assign(self._context, petition.id, EXPERTS if level is Level.FIRST else LEADERS, decision)

    def _ask_why(self, petition: Standing) -> None:
        question = "请书面说明逾期未办结的原因"
        supervision.demand_explanation(self._context, petition.id, INSPECTORS, question=question, duration=days(3))


def _evidence() -> CompletionEvidence:
    return CompletionEvidence(
        is_true=True,
        contacted=True,
        contacted_at=clock.now().subtract(hours=1),
        contact_way=ContactWay.VISIT,
        solved=True,
        internal_account="现场处置完毕，已留存照片",
        public_reply="您反映的问题已到现场处理完毕，感谢您的监督。",
    )


def said_on_the_telephone(random: Random) -> AttemptIn:
    """What an information officer writes down of a call."""
    if random.random() < _NOT_REACHED:
        return AttemptIn(way=Way.PHONE, reached=False, words="无人接听")
    satisfied = random.random() < _SATISFIED
    return AttemptIn(
        way=Way.PHONE,
        reached=True,
        words="诉求人称已解决，答复属实" if satisfied else "诉求人称没有解决",
        satisfaction=Satisfaction.SATISFIED if satisfied else Satisfaction.DISSATISFIED,
        reason_code=None if satisfied else "not-solved",
        account_true=satisfied,
    )


def after_work(moment: dt.datetime, hours: float, calendar: WorkCalendar) -> dt.datetime:
    """When `hours` of office time have passed since `moment`, to the minute."""
    at, left = local(moment).replace(second=0, microsecond=0), dt.timedelta(hours=hours)
    while True:
        for begin, end in calendar.office.spans(at.date()) if calendar.is_working_day(at.date()) else ():
            start = max(begin, at)
            if start < end:
                if start + left < end:
                    return start + left
                left -= end - start
        at = dt.datetime.combine(at.date() + DAY, dt.time(), CHINA)
