"""Who may do what now: the one table of permissions, and the guards that the transition table cannot express.

The API's refusals, its `allowed_actions` and the pages all come from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from domain.actors import PETITIONER, PLATFORM, ROLE_LABELS, Actor, Role
from domain.conduct import DeadlineKind, Limit
from domain.dispatch_correction import check_correction
from domain.errors import DomainError, NotPermitted, RuleRefusal
from domain.facts import Exclusion
from domain.petition import Facts, handling_due, times_of
from domain.policy import Policy
from domain.recusal import RECUSAL_SOURCE
from domain.reviews import Level
from domain.stages import FINAL_STAGES, WORKING_STAGES, Stage, Trigger, forbidden, is_allowed
from domain.units import UnitKind
from domain.workdays import WorkCalendar, due_date

__all__ = [
    "MEETING_ROLES",
    "PERMITTED",
    "PETITIONER",
    "PLATFORM",
    "ROLE_LABELS",
    "ROSTER_ROLES",
    "Actor",
    "Role",
    "allowed_actions",
    "check",
    "may_recuse",
    "reopen_until",
]


_DESK = frozenset({Role.DESK})
_UNIT = frozenset({Role.UNIT})
_REVIEW = frozenset({Role.REVIEWER, Role.LEADER})
_INSPECTOR = frozenset({Role.INSPECTOR})
_PARTY = frozenset({Role.PARTY_INSPECTOR})
_OFFICES = frozenset({Role.DESK, Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.FOLLOW_UP})
"""Roles of people who look after cases; each may have to stay out of one."""
_RECUSING = _DESK | _INSPECTOR | _PARTY
"""Who may say of others that they must stay out."""

PERMITTED: dict[Trigger, frozenset[Role]] = {
    Trigger.REGISTER: frozenset({Role.CHANNEL, Role.DESK, Role.PETITIONER}),
    Trigger.ACCEPT: _DESK,
    Trigger.REFUSE: _DESK,
    Trigger.ASK_SUPPLEMENT: _DESK,
    Trigger.SUPPLEMENT: frozenset({Role.PETITIONER, Role.DESK}),
    Trigger.DISPATCH: _DESK,
    Trigger.REFER_TO_DESK: frozenset(),
    Trigger.REDISPATCH: _DESK,
    Trigger.CORRECT_DISPATCH: _DESK,
    Trigger.SIGN: _UNIT,
    Trigger.NOTE: _UNIT | _OFFICES,
    Trigger.ATTACH: frozenset({Role.PETITIONER}) | _UNIT | (_OFFICES - _PARTY),  # theirs are named by their digests
    Trigger.RECLASSIFY: _DESK,
    Trigger.REQUEST_RETURN: _UNIT,
    Trigger.GRANT_RETURN: _DESK,
    Trigger.REFUSE_RETURN: _DESK,
    Trigger.REQUEST_EXTENSION: _UNIT,
    Trigger.GRANT_EXTENSION: _DESK,
    Trigger.REFUSE_EXTENSION: _DESK,
    Trigger.SUSPEND: _DESK,
    Trigger.RESUME: frozenset({Role.UNIT, Role.DESK}),
    Trigger.SUBMIT_COMPLETION: _UNIT,
    Trigger.APPROVE_COMPLETION: _DESK,
    Trigger.REJECT_COMPLETION: _DESK,
    # The desk rejects; whether a review goes on is told by where the completion was handed in.
    Trigger.REJECT_TO_FIRST_REVIEW: frozenset(),
    Trigger.REJECT_TO_SECOND_REVIEW: frozenset(),
    Trigger.ASK_RATING: frozenset(),
    Trigger.RATE: frozenset({Role.PETITIONER, Role.FOLLOW_UP}),
    Trigger.BEGIN_FOLLOW_UP: frozenset(),
    Trigger.BEGIN_REDO: frozenset(),
    Trigger.CLIMB_TO_FIRST_REVIEW: _DESK,
    Trigger.CLIMB_TO_SECOND_REVIEW: frozenset({Role.REVIEWER}),
    Trigger.CONVENE: _REVIEW,
    Trigger.PUT_OFF: _REVIEW,
    Trigger.HAND_TO_LEADER: frozenset({Role.LEADER}),
    Trigger.ASSIGN: _REVIEW,
    Trigger.SUPERVISE: _INSPECTOR,
    Trigger.REMIND_SIGNING: frozenset(),
    Trigger.REMIND_ASSIST: frozenset(),
    Trigger.REMIND_SUPERVISED: frozenset(),
    Trigger.SHOW_YELLOW_CARD: frozenset(),
    Trigger.SHOW_RED_CARD: frozenset(),
    Trigger.DEMAND_EXPLANATION: _INSPECTOR,
    Trigger.EXPLAIN: _UNIT,
    Trigger.WARN_EXPLANATION: frozenset(),
    Trigger.REMIND_EXPLANATION: frozenset(),
    Trigger.CLOSE_SUPERVISION: _INSPECTOR,
    Trigger.CORRECT_DISPOSITION: _INSPECTOR,
    Trigger.WARN_RECTIFICATION: frozenset(),
    Trigger.REMIND_RECTIFICATION: frozenset(),
    Trigger.CHECK_RECTIFICATION: _INSPECTOR,
    Trigger.ARCHIVE: frozenset(),
    Trigger.REFUSE_STRIKING: _DESK,
    Trigger.RESTORE_STRIKING: _DESK,
    Trigger.REQUEST_EXCLUSION: _UNIT,
    # Which of the two the policy lets decide is asked in `_check_decider`.
    Trigger.GRANT_EXCLUSION: frozenset({Role.DESK, Role.REVIEWER}),
    Trigger.REFUSE_EXCLUSION: frozenset({Role.DESK, Role.REVIEWER}),
    Trigger.REOPEN: frozenset({Role.PETITIONER}),
    Trigger.RECORD_CALL: frozenset(),  # who visits stands in `services.visits`: it is of the visit
    Trigger.GIVE_CALL: frozenset(),
    Trigger.STRAND_CALL: frozenset(),
    Trigger.MERGE: _DESK,
    Trigger.WITHDRAW: frozenset({Role.PETITIONER}),
    Trigger.LEAVE: frozenset(),  # what a withdrawal comes to while the matter is also that of others
    Trigger.SEPARATE: frozenset(),  # the desk's, but whether the petitioner still is a party only the ledger knows
    Trigger.TERMINATE: frozenset({Role.DESK, Role.LEADER}),
    Trigger.HOLD_IDENTITY: frozenset(),  # the inspectors', but whether it is held already only the ledger knows
    Trigger.RELEASE_IDENTITY: frozenset(),
    Trigger.ERASE_IDENTITY: frozenset(),
    Trigger.FLAG_READING: frozenset(),
    Trigger.RECUSE: _OFFICES,
    Trigger.LIFT_RECUSAL: _RECUSING,
    Trigger.OPEN_INSPECTION: _PARTY,
    Trigger.RECORD_VISIT: _PARTY,
    Trigger.QUERY_UNIT: _PARTY,
    Trigger.WARN_INSPECTION: frozenset(),
    Trigger.REMIND_INSPECTION: frozenset(),
    Trigger.ANSWER_INSPECTION: _UNIT,
    Trigger.CLOSE_INSPECTION: _PARTY,
    Trigger.TAKE_AWAY: frozenset(),  # what a recusal comes to while the unit has it
    # Who proposes, answers and decides what is told in public stands in `domain.media`: it is of the publication.
    Trigger.TRACK: frozenset(),
    Trigger.DECLINE_TRACK: frozenset(),
    Trigger.UNTRACK: frozenset(),
    Trigger.OBJECT_PUBLICITY: frozenset(),
    Trigger.ASK_MEDIA_REPLY: frozenset(),
    Trigger.GIVE_MEDIA_REPLY: frozenset(),
    Trigger.LAPSE_MEDIA_REPLY: frozenset(),
    Trigger.PUBLISH: frozenset(),
    Trigger.EXPOSE: frozenset(),
    Trigger.CORRECT_EXPOSURE: frozenset(),
    Trigger.UNPUBLISH: frozenset(),
}
"""Which roles may pull a trigger. The platform may pull every one, because the domain decided it."""


# The platform climbs from wherever a deadline passes. By hand, the desk asks the experts about work not yet done, and
# only the experts, while the case is theirs, hand it up to leadership (提请).
_CLIMBED_BY_HAND_FROM: dict[Trigger, frozenset[Stage]] = {
    Trigger.CLIMB_TO_FIRST_REVIEW: WORKING_STAGES,
    Trigger.CLIMB_TO_SECOND_REVIEW: frozenset({Stage.FIRST_REVIEW}),
}


def check(
    trigger: Trigger, actor: Actor, facts: Facts, policy: Policy, calendar: WorkCalendar, now: dt.datetime
) -> None:
    """Let `actor` pull `trigger` now, or say why not.

    Raises:
        NotPermitted: not this role, or not this unit.
        ForbiddenTransition: not from this stage.
        RuleRefusal: a rule of conduct forbids it; its code and source are in the error.
    """
    if actor.role is not Role.PLATFORM:
        _check_actor(trigger, actor, facts)
    by_hand = _CLIMBED_BY_HAND_FROM.get(trigger) if actor.role is not Role.PLATFORM else None
    if not is_allowed(facts.stage, trigger) or (by_hand is not None and facts.stage not in by_hand):
        raise forbidden(facts.stage, trigger)
    if actor.role is not Role.PLATFORM:
        _check_by_hand(trigger, actor, facts)
        if trigger in _EXCLUDING:
            _check_decider(actor, facts, policy)
    _check_rules(trigger, facts, policy, calendar, now)


def _check_rules(trigger: Trigger, facts: Facts, policy: Policy, calendar: WorkCalendar, now: dt.datetime) -> None:
    """What a trigger asks for beyond its stage and its role."""
    if trigger is Trigger.REQUEST_RETURN:
        _check_return(facts, policy, calendar, now)
    elif trigger is Trigger.REQUEST_EXTENSION:
        _check_extension(facts, policy, calendar, now)
    elif trigger is Trigger.SUPERVISE and facts.supervised:
        raise RuleRefusal("already-supervised", "该诉求已在督办中")
    elif trigger in {Trigger.REFUSE_STRIKING, Trigger.RESTORE_STRIKING}:
        _check_striking(trigger, facts)
    elif trigger is Trigger.REQUEST_EXCLUSION or trigger in _EXCLUDING:
        _check_exclusion(trigger, facts, policy)
    elif trigger is Trigger.CORRECT_DISPATCH:
        check_correction(facts, policy, now)
    elif trigger is Trigger.REOPEN:
        _check_reopening(facts, policy, calendar, now)
    elif trigger is Trigger.LIFT_RECUSAL and not (facts.recused or facts.accounts_recused):
        raise RuleRefusal("not-recused", "该诉求没有需要解除的回避")
    elif trigger in _FILE_CHECKS:
        _FILE_CHECKS[trigger](trigger, facts)


def _check_by_hand(trigger: Trigger, actor: Actor, facts: Facts) -> None:
    """What only the platform may do where the table lets it happen."""
    if trigger in _AGAINST_THE_DECISION and facts.finally_decided:
        raise RuleRefusal("final-decision", "二级研判已作决定，不再改派，也不再提请研判；请按决定办理")
    if trigger is Trigger.ATTACH and facts.stage in FINAL_STAGES and actor.role is not Role.INSPECTOR:
        raise forbidden(facts.stage, trigger)
    if trigger is Trigger.RATE and actor.role is Role.FOLLOW_UP and not facts.rating_asked:
        raise RuleRefusal("rating-not-asked", "尚未邀请诉求人评价，不能代录评价")


def may_recuse(actor: Actor, account: str | None) -> bool:
    """Whether `actor` may say that this account (`None`: a unit) must stay out; everybody may say so of themselves."""
    return actor.role in _RECUSING or (account is not None and account == actor.name)


def allowed_actions(
    actor: Actor, facts: Facts, policy: Policy, calendar: WorkCalendar, now: dt.datetime
) -> tuple[Trigger, ...]:
    """What `actor` may do now, in the order of the trigger table."""
    allowed = []
    for trigger in PERMITTED:
        try:
            check(trigger, actor, facts, policy, calendar, now)
        except DomainError:
            continue
        allowed.append(trigger)
    return tuple(allowed)


MEETING_ROLES = {Level.FIRST: _REVIEW, Level.SECOND: frozenset({Role.LEADER})}
"""Who calls and conducts the meetings of each review."""
ROSTER_ROLES = frozenset({Role.DESK, Role.REVIEWER, Role.LEADER, Role.OPERATOR})
"""Who may write down that somebody stands in on duty."""

_REVIEWING = frozenset({Trigger.CONVENE, Trigger.PUT_OFF, Trigger.ASSIGN})
_AGAINST_THE_DECISION = frozenset({Trigger.REDISPATCH, Trigger.CLIMB_TO_FIRST_REVIEW})
"""By hand, what would undo a decision of the leadership; timers go on, and supervision stays possible."""


def _check_actor(trigger: Trigger, actor: Actor, facts: Facts) -> None:
    if actor.role not in PERMITTED[trigger]:
        raise NotPermitted(f"{ROLE_LABELS[actor.role]}无权执行该操作")
    if trigger is Trigger.EXPLAIN and facts.explanation is not None:
        # Whoever was asked explains, even when the petition has moved on to another unit since.
        if actor.unit != facts.explanation.unit:
            raise NotPermitted("只有被要求说明的单位可以作出说明")
    elif trigger is Trigger.ANSWER_INSPECTION and facts.inspectors_ask is not None:
        if actor.unit != facts.inspectors_ask:
            raise NotPermitted("只有被要求说明的单位可以作出说明")
    elif actor.role is Role.UNIT and actor.unit in facts.recused:
        raise NotPermitted("该诉求反映的是本单位，应当回避")
    elif trigger is Trigger.ATTACH and any(task.unit == actor.unit for task in facts.assists):
        pass  # whoever assists shows what they did, too
    elif actor.role is Role.UNIT and (actor.unit is None or actor.unit != facts.unit):
        raise NotPermitted("只有当前承办单位可以执行该操作")
    if trigger in _REVIEWING and actor.role is Role.REVIEWER and facts.stage is Stage.SECOND_REVIEW:
        raise NotPermitted("已提级二级研判，由领导小组决定")


def _check_disposition(trigger: Trigger, facts: Facts) -> None:
    """A disposition is corrected once there is one, and an order to put right looked after while it is not."""
    if facts.supervision_closed_at is None:
        raise RuleRefusal("not-concluded", "督办件尚未了结，没有可更正或核查的处置")
    if trigger is Trigger.CHECK_RECTIFICATION and not facts.rectifying:
        raise RuleRefusal("nothing-to-rectify", "没有责令整改而尚待核查的处置")


def _check_inspection(trigger: Trigger, facts: Facts) -> None:
    """The party-committee inspectors' file is opened once, and written into while it is open."""
    if trigger is Trigger.OPEN_INSPECTION:
        if facts.inspected:
            raise RuleRefusal("already-inspected", "该诉求已有未办结的督查件")
        return
    if not facts.inspected:
        raise RuleRefusal("not-inspected", "该诉求没有未办结的督查件；需要时请先督查立件")
    if trigger is Trigger.ANSWER_INSPECTION and facts.inspectors_ask is None:
        raise RuleRefusal("no-answer-demanded", "目前没有督查要求说明的事项")
    if trigger is Trigger.QUERY_UNIT:
        _require_unit_to_ask(facts, facts.unit)


def _require_unit_to_ask(facts: Facts, unit: str | None) -> None:
    if unit is None:
        raise RuleRefusal("no-unit-to-ask", "该诉求尚无承办单位，无从要求说明；请待派遣后再提出")
    if unit in facts.recused:
        raise RuleRefusal(
            "recused", "该诉求反映的是该单位，不得向其要求说明；由其他单位承办后再提出", source=RECUSAL_SOURCE
        )


def _check_file(trigger: Trigger, facts: Facts) -> None:
    """Something is written into the inspectors' file only while there is one, and it is open."""
    if facts.supervised_at is None:
        raise RuleRefusal("not-supervised", "该诉求未被督办，没有可记录的督办件；需要时请先立督办件")
    if facts.supervision_closed_at is not None:
        raise RuleRefusal("supervision-closed", "督办件已了结")
    if trigger is Trigger.EXPLAIN and facts.explanation is None:
        raise RuleRefusal("no-explanation-demanded", "目前没有要求说明的事项")
    if trigger is Trigger.DEMAND_EXPLANATION:
        _require_unit_to_ask(facts, facts.unit or facts.supervised_unit)


def _check_striking(trigger: Trigger, facts: Facts) -> None:
    if trigger is Trigger.REFUSE_STRIKING and facts.striking_refused:
        raise RuleRefusal("striking-already-refused", "已退回销号，无须再退")
    if trigger is Trigger.RESTORE_STRIKING and not facts.striking_refused:
        raise RuleRefusal("striking-not-refused", "没有退回过销号，无从恢复")


_EXCLUDING = frozenset({Trigger.GRANT_EXCLUSION, Trigger.REFUSE_EXCLUSION})
_OFFICE_KINDS = {Role.DESK: UnitKind.DESK, Role.REVIEWER: UnitKind.FIRST_REVIEW}


def _check_decider(actor: Actor, facts: Facts, policy: Policy) -> None:
    """Somebody else decides: an office that the policy names, and nobody of the unit that asked."""
    if _OFFICE_KINDS[actor.role] not in policy.verdict.exclusion_deciders:
        raise NotPermitted("规则未定由该岗位审定不纳入评价")
    if actor.unit is not None and actor.unit == facts.unit:
        raise NotPermitted("申请单位的人员不得审定本单位的申请")


def _check_exclusion(trigger: Trigger, facts: Facts, policy: Policy) -> None:
    if trigger in _EXCLUDING:
        if facts.exclusion is not Exclusion.ASKED:
            raise RuleRefusal("no-exclusion-asked", "没有待审定的不纳入评价申请")
    elif not policy.verdict.exclusion_reasons:
        raise RuleRefusal("no-exclusion-reasons", "该诉求适用的规则没有列出不纳入评价的情形")
    elif facts.exclusion is not None:
        said = {
            Exclusion.ASKED: "已经申请，请等候审定",
            Exclusion.GRANTED: "已同意不纳入评价，无须再申请",
            Exclusion.REFUSED: "本次办结的申请未获同意，不能再申请",
        }
        raise RuleRefusal("exclusion-asked-before", said[facts.exclusion])


def _check_reopening(facts: Facts, policy: Policy, calendar: WorkCalendar, now: dt.datetime) -> None:
    rules = policy.verdict
    if not rules.reopen_reasons:
        raise RuleRefusal("reopening-unknown", "该诉求适用的规则不能重启，请重新反映")
    if facts.reopens >= rules.reopen_limit:
        said = f"最多重启{rules.reopen_limit}次，已用完；仍有问题的请重新反映"
        raise RuleRefusal("reopen-limit-reached", said, source=rules.reopen_limit_source)
    until = reopen_until(facts, policy, calendar)
    if until is not None and now > until:
        said = f"须在归档后{rules.reopen_within}内提出，期限已过；仍有问题的请重新反映"
        raise RuleRefusal("reopen-window-passed", said, source=rules.reopen_source)


def reopen_until(facts: Facts, policy: Policy, calendar: WorkCalendar) -> dt.datetime | None:
    """The last moment at which a closed petition may be reopened; `None` while it is open."""
    if facts.closed_at is None:
        return None
    return due_date(facts.closed_at, policy.verdict.reopen_within, calendar, rule="verdict.reopen.within").due_at


def _check_return(facts: Facts, policy: Policy, calendar: WorkCalendar, now: dt.datetime) -> None:
    if facts.designated:
        source = policy.ladder.sources.get("designated_may_not_return")
        raise RuleRefusal("designated-may-not-return", "本单位系指定承办，不得再次退单", source=source)
    rule = policy.deadline(DeadlineKind.RETURN_WINDOW, facts.urgency, facts.request_type, facts.category)
    if facts.unit_assigned_at is None:
        return
    until = due_date(facts.unit_assigned_at, rule.duration, calendar, rule=rule.id).due_at
    if now > until:
        raise RuleRefusal(
            "return-window-passed", f"退单须在派遣后{rule.duration}内提出，期限已过，请继续办理", source=rule.source
        )


def _check_extension(facts: Facts, policy: Policy, calendar: WorkCalendar, now: dt.datetime) -> None:
    limit = times_of(Limit.EXTENSIONS, facts, policy)
    if facts.extensions_granted >= limit.value:
        raise RuleRefusal("extension-limit-reached", f"延期最多{limit.value}次，已用完", source=limit.source)
    due = handling_due(facts, policy, calendar)
    if due is not None and now > due.due_at:
        raise RuleRefusal("already-overdue", "办理时限已过，不能再申请延期", source=due.source)


_FILE_CHECKS: dict[Trigger, Callable[[Trigger, Facts], None]] = {
    Trigger.DEMAND_EXPLANATION: _check_file,
    Trigger.EXPLAIN: _check_file,
    Trigger.CLOSE_SUPERVISION: _check_file,
    Trigger.CORRECT_DISPOSITION: _check_disposition,
    Trigger.CHECK_RECTIFICATION: _check_disposition,
    Trigger.OPEN_INSPECTION: _check_inspection,
    Trigger.RECORD_VISIT: _check_inspection,
    Trigger.QUERY_UNIT: _check_inspection,
    Trigger.ANSWER_INSPECTION: _check_inspection,
    Trigger.CLOSE_INSPECTION: _check_inspection,
}
"""What is written into the inspectors' files, and whether they are open for it."""
