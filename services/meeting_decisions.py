"""What a meeting makes of one case: assigned, handed up, or put off. One case, one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import clock
from domain.actions import Actor
from domain.errors import RuleRefusal
from domain.reviews import OUTCOME_LABELS, Level, MeetingStatus, Outcome, check_quorum, check_status
from domain.stages import Trigger
from models.review_answers import MeetingView
from models.tables import Petition, ReviewItem, ReviewMeeting
from services import ladder
from services.context import Context
from services.ledger import move
from services.meeting_views import meeting_view
from services.meetings import lock_meeting, require_on_agenda
from services.transactions import Transaction, acting, transaction


@dataclass(frozen=True)
class Heard:
    """The meeting, the case it comes to, and who writes down what it makes of it."""

    meeting_id: int
    petition_id: str
    actor: Actor
    discussion: str
    version: int | None = None
    """The meeting's, as the actor saw it."""


def assign(context: Context, heard: Heard, decision: ladder.Decision) -> MeetingView:
    """The meeting gives the case to a lead and its assisting units, each with a duty and a term (交办).

    Raises:
        RuleRefusal: the meeting is not held, has no quorum, or decided this case already; the case is not on it, or
            left the review meanwhile; a unit cannot handle petitions.
        StaleVersion: somebody else wrote into the meeting first.
    """

    def assigning(tx: Transaction, meeting: ReviewMeeting, item: ReviewItem) -> None:
        ladder.assign(tx.context, heard.petition_id, heard.actor, decision, meeting=meeting.number)
        item.tasks = [_task("lead", decision.lead), *(_task("assist", task) for task in decision.assists)]

    return _decide(context, heard, Outcome.ASSIGNED, decision.reason, assigning)


def hand_up(context: Context, heard: Heard, reason: str) -> MeetingView:
    """What exceeds every department's authority is proposed to the leadership (提请二级研判); raises as `assign`."""

    def handing(tx: Transaction, meeting: ReviewMeeting, item: ReviewItem) -> None:
        del item
        ladder.propose_second_review(tx.context, heard.petition_id, heard.actor, reason, meeting=meeting.number)

    return _decide(context, heard, Outcome.HANDED_UP, reason, handing)


def put_off(context: Context, heard: Heard, reason: str) -> MeetingView:
    """Another meeting will hear it (缓议): its clock runs on, and when that ends it climbs; raises as `assign`."""

    def putting(tx: Transaction, meeting: ReviewMeeting, item: ReviewItem) -> None:
        del item
        details = {"meeting": meeting.number}
        with acting(tx.context, heard.petition_id, heard.actor, Trigger.PUT_OFF) as (_, petition):
            move(tx, petition, Trigger.PUT_OFF, heard.actor, reason=reason, public=False, details=details)

    return _decide(context, heard, Outcome.PUT_OFF, reason, putting)


def hand_to_leader(
    context: Context, petition_id: str, actor: Actor, leader: str, reason: str, version: int | None = None
) -> Petition:
    """The leading group hands a case to the leader in charge (分管领导), on the clock it has.

    Raises:
        RuleRefusal: no such leader (`unknown-leader`).
    """
    with acting(context, petition_id, actor, Trigger.HAND_TO_LEADER, version) as (tx, petition):
        known = {member.code: member for member in tx.policy_in_force().reviews.of(Level.SECOND)}
        if leader not in known:
            said = f"领导小组没有代码为“{leader}”的成员，现有：{'、'.join(known) or '无'}"
            raise RuleRefusal("unknown-leader", said, field="leader")
        details = {"leader": leader}
        said = f"交{known[leader].title}决定：{reason}"
        move(tx, petition, Trigger.HAND_TO_LEADER, actor, reason=said, public=False, details=details)
        return petition


def _decide(
    context: Context,
    heard: Heard,
    outcome: Outcome,
    reason: str,
    work: Callable[[Transaction, ReviewMeeting, ReviewItem], None],
) -> MeetingView:
    with transaction(context) as tx:
        meeting = lock_meeting(tx, heard.meeting_id, heard.actor, heard.version)
        policy = tx.policy_in_force()
        check_status(MeetingStatus(meeting.status), MeetingStatus.HELD)
        present = {row.member for row in meeting.attendees if row.member}
        check_quorum(policy.reviews, Level(meeting.level), present)
        item = next((row for row in meeting.items if row.petition_id == heard.petition_id), None)
        if item is None:
            raise RuleRefusal("not-on-agenda", f"该诉求未列入{meeting.number}会议", field="petition")
        if item.outcome is not None:
            said = f"{meeting.number}会议对该诉求已议定：{OUTCOME_LABELS[Outcome(item.outcome)]}"
            raise RuleRefusal("already-decided", said)
        require_on_agenda(tx.lock(heard.petition_id), Level(meeting.level))
        work(tx, meeting, item)
        item.outcome, item.reason, item.discussion = outcome.value, reason, heard.discussion
        item.decided_at, item.decided_by = clock.now(), heard.actor.name
        meeting.version += 1
        tx.session.flush()
        return meeting_view(context, tx.session, meeting, policy, heard.actor)


def _task(part: str, task: ladder.Task) -> dict[str, object]:
    duration = task.duration
    return {
        "unit": task.unit,
        "part": part,
        "duty": task.duty,
        "amount": duration.amount,
        "time_unit": duration.unit.value,
    }
