"""Which petitions belong to the lists, and how each stands: `domain.lists.standing_of` in SQL, and the facts for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, literal, or_, select

from domain.calendar import CHINA, DAY, utc
from domain.errors import Incomplete, Missing
from domain.facts import Exclusion, Satisfaction
from domain.lists import Listed, ListRules, Loop
from domain.policy import Policy
from domain.stages import CLOSING_STAGES, FINAL_STAGES, Stage
from models.tables import Completion, HotTopic, Petition, Supervision
from services.facts import is_supervised

_ELSEWHERE = sorted(FINAL_STAGES - {Stage.ARCHIVED})
_CLOSING = sorted(CLOSING_STAGES)
NOT_ELSEWHERE = tuple(listed for listed in Listed if listed is not Listed.ELSEWHERE)
"""What is shown unless somebody asks otherwise."""


@dataclass(frozen=True)
class Wanted:
    """Which items are wanted; codes are the policy's, days those of the registration on the Chinese calendar."""

    unit: str | None = None
    town: str | None = None
    category: str | None = None
    sub_category: str | None = None
    topic: str | None = None
    """The id of a hot topic of the last look: the latest of its cases."""
    listed: tuple[Listed, ...] = NOT_ELSEWHERE
    first: dt.date | None = None
    last: dt.date | None = None


def check_wanted(wanted: Wanted, policy: Policy) -> None:
    """Raises `Incomplete` with every code that nobody has, and days in the wrong order."""
    faults = []
    known = {
        "unit": policy.can_name,
        "town": policy.can_name,
        "category": policy.knows_category,
        "sub_category": policy.knows_sub_category,
    }
    names = {"unit": "单位", "town": "镇街", "category": "大类", "sub_category": "小类"}
    for field, knows in known.items():
        code = getattr(wanted, field)
        if code is not None and not knows(code):
            faults.append(Missing(field, f"没有代码为“{code}”的{names[field]}"))
    if wanted.first and wanted.last and wanted.last < wanted.first:
        faults.append(Missing("to", "止日不能早于起日"))
    if faults:
        raise Incomplete(faults)


def accepted(column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - any column of Completion
    """A column of the evidence that was accepted last for the petition."""
    return (
        select(column)
        .where(Completion.petition_id == Petition.id, Completion.outcome == "approved")
        .order_by(Completion.id.desc())
        .limit(1)
        .correlate(Petition)
        .scalar_subquery()
    )


def listed_as(rules: ListRules) -> ColumnElement[str]:
    """How a petition stands in the lists."""
    solved = accepted(Completion.evidence["solved"].as_boolean())
    open_file = exists().where(Supervision.petition_id == Petition.id, Supervision.closed_at.is_(None))
    silent = Petition.satisfaction.is_(None)
    no_verdict = and_(silent, solved.is_(False)) if rules.silence_strikes_off else silent
    unwelcome = or_(no_verdict, Petition.satisfaction == Satisfaction.DISSATISFIED.value)
    assessable = Petition.exclusion.is_distinct_from(Exclusion.GRANTED.value)
    lacking = or_(solved.is_(None), and_(assessable, unwelcome), open_file)
    return case(
        (Petition.stage.in_(_ELSEWHERE), literal(Listed.ELSEWHERE.value)),
        (Petition.stage.in_(_CLOSING), literal(Listed.PROVISIONAL.value)),
        (Petition.stage != Stage.ARCHIVED.value, literal(Listed.OPEN.value)),
        (Petition.striking_refused.is_(True), literal(Listed.KEPT.value)),
        (lacking, literal(Listed.LACKING.value)),
        else_=literal(Listed.STRUCK_OFF.value),
    )


def loop_of(petition: Petition, evidence: Completion | None) -> Loop:
    """The facts by which the domain decides the same; `evidence` is what was accepted last."""
    return Loop(
        stage=Stage(petition.stage),
        solved=evidence.evidence.get("solved") if evidence else None,
        satisfaction=Satisfaction(petition.satisfaction) if petition.satisfaction else None,
        supervised=is_supervised(petition),
        refused=bool(petition.striking_refused),
        assessable=petition.exclusion != Exclusion.GRANTED,
    )


def conditions(wanted: Wanted, topic: HotTopic | None) -> Sequence[ColumnElement[bool]]:
    """The conditions of `wanted` on `Petition`, but for its standing; `topic` is the one it names."""
    codes = {name: getattr(wanted, name) for name in ("unit", "town", "category", "sub_category")}
    found: list[ColumnElement[bool]] = [
        getattr(Petition, name) == code for name, code in codes.items() if code is not None
    ]
    if wanted.topic is not None:
        found.append(Petition.case_number.in_(topic.cases if topic else ()))
    if wanted.first is not None:
        found.append(Petition.registered_at >= _midnight(wanted.first))
    if wanted.last is not None:
        found.append(Petition.registered_at < _midnight(wanted.last + DAY))
    return found


def _midnight(day: dt.date) -> dt.datetime:
    return utc(dt.datetime.combine(day, dt.time(), CHINA))
