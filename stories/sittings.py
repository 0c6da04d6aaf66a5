"""The stories of the two reviews meeting: what people do there, in the order of the minutes."""

from __future__ import annotations

from dataclasses import dataclass

from pendulum import DateTime

from domain.actions import Actor, Role
from domain.errors import RuleRefusal
from domain.reviews import Level
from services import agenda, handling, ladder, meeting_decisions, meetings
from services.meeting_decisions import Heard
from stories.telling import Act, StoryStuck, Teller

EXPERTS = Actor(Role.REVIEWER, name="一级研判小组")
LEADERS = Actor(Role.LEADER, name="领导小组办公室")
_SECRETARIES = {Level.FIRST: EXPERTS, Level.SECOND: LEADERS}


@dataclass(frozen=True)
class Sitting:
    """A meeting of a review: when and where it is to be, who presides, who comes."""

    level: Level
    title: str
    at: DateTime
    place: str
    chair: str
    members: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    """Code of each unit called, and the office of whoever it sends."""


def called(sitting: Sitting) -> Act:
    """The case is on the agenda, and a meeting is called on it."""

    def act(teller: Teller) -> None:
        actor = _SECRETARIES[sitting.level]
        waiting = agenda.agenda(teller.context, actor, sitting.level)
        if teller.petition_id not in {item.id for item in waiting.items}:
            raise StoryStuck(f"the petition is not on the agenda of the {sitting.level} review")
        call = meetings.Call(
            sitting.title, sitting.at, sitting.place, sitting.chair, tuple(unit for unit, _ in sitting.units)
        )
        meetings.call(teller.context, actor, sitting.level, call, [teller.petition_id])

    return act


def attended(sitting: Sitting) -> Act:
    """Who came is written down; with that the meeting is held."""

    def act(teller: Teller) -> None:
        sent = [meetings.Attendee(unit, title) for unit, title in sitting.units]
        meetings.attend(
            teller.context, _present(teller, sitting.level), _SECRETARIES[sitting.level], sitting.members, sent
        )

    return act


def assigned(level: Level, decision: ladder.Decision, discussion: str) -> Act:
    """The meeting gives the case to a lead and to those who assist, and ends."""

    def act(teller: Teller) -> None:
        heard = _heard(teller, level, discussion)
        meeting_decisions.assign(teller.context, heard, decision)
        meetings.close(teller.context, heard.meeting_id, heard.actor)

    return act


def handed_up(reason: str, discussion: str) -> Act:
    """The experts propose the case to the leadership, and their meeting ends."""

    def act(teller: Teller) -> None:
        heard = _heard(teller, Level.FIRST, discussion)
        meeting_decisions.hand_up(teller.context, heard, reason)
        meetings.close(teller.context, heard.meeting_id, heard.actor)

    return act


def handed_to_leader(leader: str, reason: str) -> Act:
    """The leading group leaves it to the leader in charge."""

    def act(teller: Teller) -> None:
        meeting_decisions.hand_to_leader(teller.context, teller.petition_id, LEADERS, leader, reason)

    return act


def leader_decides(decision: ladder.Decision) -> Act:
    """The leader in charge decides outside a meeting."""

    def act(teller: Teller) -> None:
        ladder.assign(teller.context, teller.petition_id, LEADERS, decision)

    return act


def refused_return(actor: Actor, proposed: str) -> Act:
    """The lead tries to give back what was decided for good, and may not."""

    def act(teller: Teller) -> None:
        try:
            handling.request_return(
                teller.context,
                teller.petition_id,
                actor,
                reason="仍认为不属本单位职责",
                proposed_unit=proposed,
                basis="单位三定方案",
            )
        except RuleRefusal as refusal:
            if refusal.code == "designated-may-not-return":
                return
            raise
        raise StoryStuck("the lead of a final decision could return the petition")

    return act


def reported(actor: Actor, text: str) -> Act:
    """An assisting unit reports to the lead."""

    def act(teller: Teller) -> None:
        handling.report(teller.context, teller.petition_id, actor, text)

    return act


def _present(teller: Teller, level: Level) -> int:
    """The one meeting of this review that is not over."""
    [found] = meetings.meetings(teller.context, _SECRETARIES[level], level, unfinished=True).items
    return found.id


def _heard(teller: Teller, level: Level, discussion: str) -> Heard:
    return Heard(_present(teller, level), teller.petition_id, _SECRETARIES[level], discussion)
