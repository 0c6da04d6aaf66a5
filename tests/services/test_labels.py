"""The one due date that is shown: to the petitioner, in a notice, in the run's name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from domain.calendar import local
from domain.stages import FINAL_STAGES, Stage
from models.tables import Petition
from services import queries, runs
from services.context import Context
from services.labels import recipient_name, shown_due
from tests.services.lives import LIVES, petition_of
from tests.support.context import a_context, shipped_policy
from tests.support.facts import at

WORK, STAGE, WAKE = at("2026-03-09 17:30"), at("2026-03-04 17:30"), at("2026-03-03 09:00")
"""The unit's deadline, the end of the present stage, the platform's next look."""
SHOWN = {
    Stage.REGISTERED: STAGE,
    Stage.AWAITING_SUPPLEMENT: STAGE,
    Stage.ACCEPTED: WORK,
    Stage.DISPATCHED: WORK,
    Stage.IN_HAND: WORK,
    Stage.RETURN_REQUESTED: WORK,
    Stage.EXTENSION_REQUESTED: WORK,
    Stage.SUSPENDED: WORK,
    Stage.REDO: WORK,
    Stage.COMPLETION_SUBMITTED: STAGE,
    Stage.FIRST_REVIEW: STAGE,
    Stage.SECOND_REVIEW: STAGE,
    Stage.COMPLETED: STAGE,
    Stage.FOLLOW_UP: STAGE,
    Stage.RATED: STAGE,
} | dict.fromkeys(FINAL_STAGES, STAGE)
"""Which of two dates, where both are known."""
NO_WORK = (Stage.REGISTERED, Stage.AWAITING_SUPPLEMENT, Stage.COMPLETED, Stage.FOLLOW_UP, Stage.RATED)
WITHOUT_STAGE = dict.fromkeys(NO_WORK, WAKE)
"""Where the end of the stage is not known, the unit's date still counts for every work that is not done."""


def a_petition(stage: Stage, **dates: object) -> Petition:
    return Petition(stage=stage.value, **dates)


@pytest.mark.parametrize("stage", Stage)
def test_the_date_shown_is_until_when_its_holder_has_it(stage: Stage) -> None:
    assert shown_due(a_petition(stage, due_at=WORK, stage_due_at=STAGE, wake_at=WAKE)) == SHOWN[stage]
    assert shown_due(a_petition(stage, stage_due_at=STAGE, wake_at=WAKE)) == STAGE
    assert shown_due(a_petition(stage, wake_at=WAKE)) == WAKE
    assert shown_due(a_petition(stage)) is None


@pytest.mark.parametrize("stage", sorted(set(Stage) - FINAL_STAGES))
def test_where_the_stage_has_no_end_of_its_own_the_work_still_has(stage: Stage) -> None:
    assert shown_due(a_petition(stage, due_at=WORK, wake_at=WAKE)) == WITHOUT_STAGE.get(stage, WORK)


@pytest.mark.parametrize("stage", sorted(FINAL_STAGES))
def test_what_is_over_is_due_no_more(stage: Stage) -> None:
    assert shown_due(a_petition(stage, due_at=WORK)) is None


@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_people_and_operators_are_shown_the_same_date(engine: sa.Engine, life: Callable[[Context], str]) -> None:
    context = a_context(engine)
    petition = petition_of(context, life(context))
    due = queries.public_progress(context, petition.query_code).due_at
    _, _, named = runs.look(context, petition.id).label.name.partition(" · due ")
    assert named == (local(due).strftime("%m-%d") if due and petition.wake_at else "")


@pytest.mark.parametrize(
    ("recipient", "name"),
    [
        ("unit:municipal-parks", "区市政园林服务中心"),
        ("role:desk", "分拨中心派遣专席"),
        ("role:discipline", "区纪委监委督办账号"),
        ("role:party_inspection", "党委督查"),
        ("member:expert-housing", "住建专家（值班）"),
        ("outlet:shizhong-yunbao", "市中云报"),
        ("petitioner:9f1c", "诉求人"),
        ("member:gone", "member:gone"),
    ],
)
def test_whom_a_notice_goes_to_is_said_by_name(recipient: str, name: str) -> None:
    assert recipient_name(recipient, shipped_policy()) == name
