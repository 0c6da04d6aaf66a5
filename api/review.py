"""For the two reviews: decide who does what until when, or hand up. Their queue is `GET /queue`."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.changes import POSTING, ChangeOf
from api.documentation import CHANGING
from models.answers import PetitionDetail
from models.bodies import AssignmentIn, LeaderIn, ReasonIn, TaskIn
from services import ladder, meeting_decisions

router = APIRouter(prefix="/petitions/{petition_id}", tags=["研判 review"], responses=CHANGING, dependencies=POSTING)


@router.post("/assignment", response_model=PetitionDetail, summary="研判交办 Assign")
def assign(body: AssignmentIn, change: ChangeOf) -> JSONResponse:
    """Lead and assisting units with their deadlines; the lead is designated and may not return the petition."""
    decision = ladder.Decision(_task(body.lead), body.reason, tuple(_task(item) for item in body.assists))
    return change.make(ladder.assign, decision, change.version)


@router.post("/second-review", response_model=PetitionDetail, summary="提请二级研判 Hand up to the leadership")
def propose(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """What exceeds every department's authority goes to the leadership."""
    return change.make(ladder.propose_second_review, body.reason, change.version)


@router.post("/leader-in-charge", response_model=PetitionDetail, summary="交分管领导 Hand to a leader in charge")
def hand_to_leader(body: LeaderIn, change: ChangeOf) -> JSONResponse:
    """The leading group lets one of its leaders decide, on the clock the case has."""
    return change.make(meeting_decisions.hand_to_leader, body.leader, body.reason, change.version)


def _task(body: TaskIn) -> ladder.Task:
    return ladder.Task(body.unit, body.duty, body.term.duration())
