"""What a petition's flow run reads of the ledger and leaves there. None of it decides anything.

`look` is asked at every wake, so it is one query.
"""

from __future__ import annotations

from dataclasses import dataclass

from pendulum import DateTime
from sqlalchemy import select, update

import clock
from domain.actions import Actor, Role
from domain.errors import NotFound
from domain.petition import Step, decide
from domain.stages import FINAL_STAGES, STAGE_LABELS, Stage, trigger_label
from gateways.orchestrator import RunLabel
from models.tables import HistoryRow, Petition
from services.access import petition_for
from services.case_file import case_file
from services.context import Context
from services.facts import facts_of, seen_by_run
from services.labels import label_of
from services.ledger import rearm
from services.transactions import reading, transaction

__all__ = [
    "STATE_NAMES",
    "Change",
    "Look",
    "address_of_run",
    "announced",
    "case_file",
    "changes_since",
    "is_current",
    "look",
    "parked",
]

_SEE_RUNS = frozenset({Role.OPERATOR, Role.DESK})
"""Whose work Prefect's UI may concern; all others have the case's own page."""

STATE_NAMES: dict[Stage, str] = {
    Stage.REGISTERED: "AwaitingAcceptance",
    Stage.AWAITING_SUPPLEMENT: "AwaitingSupplement",
    Stage.ACCEPTED: "AwaitingDispatch",
    Stage.DISPATCHED: "AwaitingSignature",
    Stage.IN_HAND: "AwaitingCompletion",
    Stage.RETURN_REQUESTED: "AwaitingReturnDecision",
    Stage.EXTENSION_REQUESTED: "AwaitingExtensionDecision",
    Stage.SUSPENDED: "ClockStopped",
    Stage.FIRST_REVIEW: "FirstReview",
    Stage.SECOND_REVIEW: "SecondReview",
    Stage.COMPLETION_SUBMITTED: "AwaitingCompletionCheck",
    Stage.COMPLETED: "AwaitingRating",
    Stage.FOLLOW_UP: "FollowUp",
    Stage.RATED: "Rated",
    Stage.REDO: "AwaitingRedo",
}
"""The Prefect state in which a run waits, by the stage it waits in: what operators read in the list of runs."""

_DONE = "Closed"


@dataclass(frozen=True)
class Look:
    """Where a petition stands and what is due. Nothing personal; `wake_at` is `None` exactly when it is final."""

    petition_id: str
    case_number: str
    version: int
    step: Step | None
    """What the platform must do now; `None`: nothing is due."""
    wake_at: DateTime | None
    """When the run must look again; now, while a step is due."""
    wake_name: str
    """Name of the state the run parks in."""
    final: bool
    label: RunLabel
    announced_version: int


@dataclass(frozen=True)
class Change:
    """One row of the history as operators are shown it: names, no reasons, nobody's identity."""

    version: int
    at: DateTime
    trigger: str
    stage_before: str
    """Empty for the registration."""
    stage_after: str
    unit: str
    """The unit's name; empty while there is none."""
    rung: int


def look(context: Context, petition_id: str) -> Look:
    """Look at a petition without touching it. Raises `NotFound`."""
    with context.readers() as session:
        petition = session.scalars(seen_by_run(), {"petition_id": petition_id}).unique().one_or_none()
        if petition is None:
            raise NotFound("该诉求")
        policy = context.rules.of(session, petition.policy_version, naming=petition.unit)
        now = clock.now()
        ruling = decide(facts_of(petition), policy, context.rules.calendar, now)
        stage = Stage(petition.stage)
        upcoming = ruling.next_deadline
        return Look(
            petition_id=petition.id,
            case_number=petition.case_number,
            version=petition.version,
            step=ruling.step,
            wake_at=now if ruling.step else upcoming.due_at if upcoming else None,
            wake_name=STATE_NAMES.get(stage, _DONE),
            final=stage in FINAL_STAGES,
            label=label_of(petition, policy),
            announced_version=petition.announced_version,
        )


def parked(context: Context, petition_id: str, version: int, run_id: str, until: DateTime | None) -> None:
    """Remember that run `run_id` looked at `version` and is about to wait until `until`; `None`: it ends.

    A run that read an older version than another one already looked at changes nothing: it is the one left behind.
    Where the ledger still waits for another moment, its timers follow: who looks late may find that a warning, for
    which it was to wake, warns of nothing any more.
    """
    with context.sessions.begin() as session:
        parking = (
            update(Petition)
            .where(Petition.id == petition_id, Petition.looked_version <= version, Petition.version >= version)
            .values(looked_version=version, run_id=run_id, parked_until=until)
        )
        row = session.connection().execute(parking.returning(Petition.version, Petition.wake_at)).one_or_none()
    if row is not None and row.version == version and row.wake_at != until:
        with transaction(context, looking=petition_id) as tx:
            rearm(tx, tx.lock(petition_id))


def is_current(context: Context, petition_id: str, version: int) -> bool:
    """Whether the petition still stands at `version`."""
    with context.readers() as session:
        return session.scalar(select(Petition.version).where(Petition.id == petition_id)) == version


def changes_since(context: Context, petition_id: str, version: int) -> list[Change]:
    """The history after `version`, oldest first."""
    query = (
        select(HistoryRow, Petition.policy_version)
        .join(Petition, Petition.id == HistoryRow.petition_id)
        .where(HistoryRow.petition_id == petition_id, HistoryRow.version > version)
        .order_by(HistoryRow.version)
    )
    with context.readers() as session:
        return [
            Change(
                version=row.version,
                at=row.at,
                trigger=trigger_label(row.trigger),
                stage_before=STAGE_LABELS[Stage(row.stage_before)] if row.stage_before else "",
                stage_after=STAGE_LABELS[Stage(row.stage_after)],
                unit=context.rules.of(session, policy_version, naming=row.unit).unit_name(row.unit) if row.unit else "",
                rung=row.rung,
            )
            for row, policy_version in session.execute(query)
        ]


def announced(context: Context, petition_id: str, version: int) -> None:
    """Remember that operators were shown everything up to `version`; never goes back."""
    with context.sessions.begin() as session:
        session.connection().execute(
            update(Petition)
            .where(Petition.id == petition_id, Petition.announced_version < version, Petition.version >= version)
            .values(announced_version=version)
        )


def address_of_run(context: Context, petition_id: str, actor: Actor) -> str | None:
    """Where the case's run is seen in Prefect's UI; `None` for whoever has no business there, or where nobody said.

    Raises `NotFound` as `services.access.petition_for` does.
    """
    if actor.role not in _SEE_RUNS or not context.prefect_public_url:
        return None
    with reading(context) as session:
        run_id = petition_for(session, petition_id, actor).run_id
    return f"{context.prefect_public_url}/runs/flow-run/{run_id}" if run_id else None
