"""Where a petition can stand and how it moves: one table, from which `docs/stages.md` and the tests are made.

Stages follow the union of the 泰安 hotline interface, the 山东 2017 flow and the 信访工作条例 (docs/policy.md).
A trigger leads from any of its source stages to one target; a target of `None` leaves the stage as it is and only
adds to the history. Guards that need more than the table (who may, counts, deadlines) are in `domain.actions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import ForbiddenTransition


class Stage(StrEnum):
    """Where a petition stands (阶段)."""

    REGISTERED = "registered"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    IN_HAND = "in_hand"
    RETURN_REQUESTED = "return_requested"
    EXTENSION_REQUESTED = "extension_requested"
    SUSPENDED = "suspended"
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    COMPLETION_SUBMITTED = "completion_submitted"
    COMPLETED = "completed"
    FOLLOW_UP = "follow_up"
    RATED = "rated"
    REDO = "redo"
    ARCHIVED = "archived"
    REFUSED = "refused"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


STAGE_LABELS: dict[Stage, str] = {
    Stage.REGISTERED: "待受理",
    Stage.AWAITING_SUPPLEMENT: "待补充",
    Stage.ACCEPTED: "待派遣",
    Stage.DISPATCHED: "待签收",
    Stage.IN_HAND: "办理中",
    Stage.RETURN_REQUESTED: "退单待定",
    Stage.EXTENSION_REQUESTED: "延期待定",
    Stage.SUSPENDED: "挂起",
    Stage.FIRST_REVIEW: "一级研判",
    Stage.SECOND_REVIEW: "二级研判",
    Stage.COMPLETION_SUBMITTED: "办结待审核",
    Stage.COMPLETED: "已办结",
    Stage.FOLLOW_UP: "回访中",
    Stage.RATED: "已评价",
    Stage.REDO: "重办",
    Stage.ARCHIVED: "已归档",
    Stage.REFUSED: "不予受理",
    Stage.MERGED: "已并单",
    Stage.WITHDRAWN: "已撤回",
    Stage.TERMINATED: "终止办理",
}

FINAL_STAGES = frozenset({Stage.ARCHIVED, Stage.REFUSED, Stage.MERGED, Stage.WITHDRAWN, Stage.TERMINATED})
OPEN_STAGES = frozenset(Stage) - FINAL_STAGES
"""Stages in which a petition still has a timer and a holder."""

INTAKE_STAGES = frozenset({Stage.REGISTERED, Stage.AWAITING_SUPPLEMENT})
CLOSING_STAGES = frozenset({Stage.COMPLETED, Stage.FOLLOW_UP, Stage.RATED})
WORKING_STAGES = OPEN_STAGES - INTAKE_STAGES - CLOSING_STAGES
"""Accepted and not yet completed: here a petition can climb."""

UNIT_STAGES = frozenset({Stage.DISPATCHED, Stage.IN_HAND, Stage.REDO})
REVIEW_STAGES = frozenset({Stage.FIRST_REVIEW, Stage.SECOND_REVIEW})
ASSISTED_STAGES = WORKING_STAGES - {Stage.COMPLETION_SUBMITTED, Stage.SUSPENDED}
"""Here an assisting unit has something to do: there is work, it is not handed in yet, and its clock runs."""
CLOCK_STOPPED_STAGES = frozenset({Stage.SUSPENDED, Stage.AWAITING_SUPPLEMENT})
"""The handling clock stands still exactly while a petition is in one of these."""


class Trigger(StrEnum):
    """What moves a petition, or is written into its history without moving it."""

    REGISTER = "register"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLEMENT = "supplement"
    DISPATCH = "dispatch"
    REFER_TO_DESK = "refer_to_desk"
    REDISPATCH = "redispatch"
    SIGN = "sign"
    NOTE = "note"
    ATTACH = "attach"
    RECLASSIFY = "reclassify"
    REQUEST_RETURN = "request_return"
    GRANT_RETURN = "grant_return"
    REFUSE_RETURN = "refuse_return"
    REQUEST_EXTENSION = "request_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUBMIT_COMPLETION = "submit_completion"
    APPROVE_COMPLETION = "approve_completion"
    REJECT_COMPLETION = "reject_completion"
    REJECT_TO_FIRST_REVIEW = "reject_to_first_review"
    REJECT_TO_SECOND_REVIEW = "reject_to_second_review"
    ASK_RATING = "ask_rating"
    RATE = "rate"
    BEGIN_FOLLOW_UP = "begin_follow_up"
    BEGIN_REDO = "begin_redo"
    CLIMB_TO_FIRST_REVIEW = "climb_to_first_review"
    CLIMB_TO_SECOND_REVIEW = "climb_to_second_review"
    CONVENE = "convene"
    PUT_OFF = "put_off"
    HAND_TO_LEADER = "hand_to_leader"
    ASSIGN = "assign"
    SUPERVISE = "supervise"
    REMIND_SIGNING = "remind_signing"
    REMIND_ASSIST = "remind_assist"
    REMIND_SUPERVISED = "remind_supervised"
    SHOW_YELLOW_CARD = "show_yellow_card"
    SHOW_RED_CARD = "show_red_card"
    DEMAND_EXPLANATION = "demand_explanation"
    EXPLAIN = "explain"
    REMIND_EXPLANATION = "remind_explanation"
    CLOSE_SUPERVISION = "close_supervision"
    CORRECT_DISPOSITION = "correct_disposition"
    CHECK_RECTIFICATION = "check_rectification"
    ARCHIVE = "archive"
    REFUSE_STRIKING = "refuse_striking"
    RESTORE_STRIKING = "restore_striking"
    MERGE = "merge"
    WITHDRAW = "withdraw"
    LEAVE = "leave"
    SEPARATE = "separate"
    TERMINATE = "terminate"
    HOLD_IDENTITY = "hold_identity"
    RELEASE_IDENTITY = "release_identity"
    ERASE_IDENTITY = "erase_identity"
    FLAG_READING = "flag_reading"
    RECUSE = "recuse"
    LIFT_RECUSAL = "lift_recusal"
    TAKE_AWAY = "take_away"
    OPEN_INSPECTION = "open_inspection"
    RECORD_VISIT = "record_visit"
    QUERY_UNIT = "query_unit"
    ANSWER_INSPECTION = "answer_inspection"
    CLOSE_INSPECTION = "close_inspection"
    TRACK = "track"
    ASK_MEDIA_REPLY = "ask_media_reply"
    GIVE_MEDIA_REPLY = "give_media_reply"
    LAPSE_MEDIA_REPLY = "lapse_media_reply"
    PUBLISH = "publish"
    EXPOSE = "expose"
    CORRECT_EXPOSURE = "correct_exposure"


TRIGGER_LABELS: dict[Trigger, str] = {
    Trigger.REGISTER: "登记",
    Trigger.ACCEPT: "受理",
    Trigger.REFUSE: "不予受理",
    Trigger.ASK_SUPPLEMENT: "要求补充",
    Trigger.SUPPLEMENT: "补充材料",
    Trigger.DISPATCH: "派遣",
    Trigger.REFER_TO_DESK: "转人工派遣",
    Trigger.REDISPATCH: "改派",
    Trigger.SIGN: "签收",
    Trigger.NOTE: "记录办理情况",
    Trigger.ATTACH: "上传附件",
    Trigger.RECLASSIFY: "调整分类",
    Trigger.REQUEST_RETURN: "申请退单",
    Trigger.GRANT_RETURN: "同意退单",
    Trigger.REFUSE_RETURN: "驳回退单",
    Trigger.REQUEST_EXTENSION: "申请延期",
    Trigger.GRANT_EXTENSION: "同意延期",
    Trigger.REFUSE_EXTENSION: "驳回延期",
    Trigger.SUSPEND: "挂起",
    Trigger.RESUME: "恢复办理",
    Trigger.SUBMIT_COMPLETION: "申请办结",
    Trigger.APPROVE_COMPLETION: "办结审核通过",
    Trigger.REJECT_COMPLETION: "退回补办",
    Trigger.REJECT_TO_FIRST_REVIEW: "退回补办续一级研判",
    Trigger.REJECT_TO_SECOND_REVIEW: "退回补办续二级研判",
    Trigger.ASK_RATING: "邀请评价",
    Trigger.RATE: "评价",
    Trigger.BEGIN_FOLLOW_UP: "开始回访",
    Trigger.BEGIN_REDO: "重办",
    Trigger.CLIMB_TO_FIRST_REVIEW: "提级一级研判",
    Trigger.CLIMB_TO_SECOND_REVIEW: "提级二级研判",
    Trigger.CONVENE: "列入研判会议",
    Trigger.PUT_OFF: "缓议",
    Trigger.HAND_TO_LEADER: "交分管领导",
    Trigger.ASSIGN: "研判交办",
    Trigger.SUPERVISE: "纪委监委督办",
    Trigger.REMIND_SIGNING: "催签收",
    Trigger.REMIND_ASSIST: "催协办",
    Trigger.REMIND_SUPERVISED: "督办催办",
    Trigger.SHOW_YELLOW_CARD: "黄牌预警",
    Trigger.SHOW_RED_CARD: "红牌警告",
    Trigger.DEMAND_EXPLANATION: "要求说明",
    Trigger.EXPLAIN: "督办说明",
    Trigger.REMIND_EXPLANATION: "催交说明",
    Trigger.CLOSE_SUPERVISION: "督办了结",
    Trigger.CORRECT_DISPOSITION: "更正处置",
    Trigger.CHECK_RECTIFICATION: "核查整改",
    Trigger.ARCHIVE: "归档",
    Trigger.REFUSE_STRIKING: "退回销号",
    Trigger.RESTORE_STRIKING: "恢复销号",
    Trigger.MERGE: "并单",
    Trigger.WITHDRAW: "撤回",
    Trigger.LEAVE: "诉求人撤出",
    Trigger.SEPARATE: "拆单",
    Trigger.TERMINATE: "终止办理",
    Trigger.HOLD_IDENTITY: "保全身份信息",
    Trigger.RELEASE_IDENTITY: "解除保全",
    Trigger.ERASE_IDENTITY: "清除身份信息",
    Trigger.FLAG_READING: "查阅身份异常",
    Trigger.RECUSE: "回避",
    Trigger.LIFT_RECUSAL: "解除回避",
    Trigger.TAKE_AWAY: "回避收回",
    Trigger.OPEN_INSPECTION: "督查立件",
    Trigger.RECORD_VISIT: "现场督查",
    Trigger.QUERY_UNIT: "督查要求说明",
    Trigger.ANSWER_INSPECTION: "督查说明",
    Trigger.CLOSE_INSPECTION: "督查办结",
    Trigger.TRACK: "列入媒体跟踪",
    Trigger.ASK_MEDIA_REPLY: "曝光前征求答复",
    Trigger.GIVE_MEDIA_REPLY: "答复曝光",
    Trigger.LAPSE_MEDIA_REPLY: "逾期未答复曝光",
    Trigger.PUBLISH: "公开办理过程",
    Trigger.EXPOSE: "公开曝光",
    Trigger.CORRECT_EXPOSURE: "更正曝光",
}

FORMER_TRIGGER_LABELS = {"record_supervision": "记录督办情况"}
"""What old rows of the history name and nobody can pull any more. The rows are chained by their digests and are never
rewritten, so their words stay readable."""


def trigger_label(code: str) -> str:
    """The Chinese name of a trigger as the history keeps it, former ones too."""
    return FORMER_TRIGGER_LABELS.get(code) or TRIGGER_LABELS[Trigger(code)]


@dataclass(frozen=True)
class Transition:
    """From any of `sources` to `target`; a target of `None` leaves the stage as it is."""

    sources: frozenset[Stage]
    target: Stage | None


def _from(*sources: Stage, to: Stage | None) -> Transition:
    return Transition(frozenset(sources), to)


# A unit can finish the work at every level of the ladder, so it may submit from the review stages as well.
_UNIT_MAY_SUBMIT = (*sorted(UNIT_STAGES | REVIEW_STAGES), Stage.RETURN_REQUESTED, Stage.EXTENSION_REQUESTED)
_BEFORE_SUBMISSION = (*sorted(WORKING_STAGES - {Stage.COMPLETION_SUBMITTED}),)

TRANSITIONS: dict[Trigger, Transition] = {
    Trigger.REGISTER: _from(to=Stage.REGISTERED),
    Trigger.ACCEPT: _from(Stage.REGISTERED, to=Stage.ACCEPTED),
    Trigger.REFUSE: _from(Stage.REGISTERED, Stage.ACCEPTED, to=Stage.REFUSED),
    Trigger.ASK_SUPPLEMENT: _from(Stage.REGISTERED, Stage.ACCEPTED, to=Stage.AWAITING_SUPPLEMENT),
    Trigger.SUPPLEMENT: _from(Stage.AWAITING_SUPPLEMENT, to=Stage.REGISTERED),
    Trigger.DISPATCH: _from(Stage.ACCEPTED, to=Stage.DISPATCHED),
    Trigger.REFER_TO_DESK: _from(Stage.ACCEPTED, to=None),
    Trigger.REDISPATCH: _from(*sorted(UNIT_STAGES), to=Stage.DISPATCHED),
    Trigger.SIGN: _from(Stage.DISPATCHED, Stage.REDO, to=Stage.IN_HAND),
    Trigger.NOTE: _from(*sorted(OPEN_STAGES), to=None),
    # After the end only the inspectors still add to their file; see `domain.actions`.
    Trigger.ATTACH: _from(*sorted(Stage), to=None),
    Trigger.RECLASSIFY: _from(*sorted(OPEN_STAGES), to=None),
    Trigger.REQUEST_RETURN: _from(Stage.DISPATCHED, Stage.IN_HAND, to=Stage.RETURN_REQUESTED),
    Trigger.GRANT_RETURN: _from(Stage.RETURN_REQUESTED, to=Stage.ACCEPTED),
    Trigger.REFUSE_RETURN: _from(Stage.RETURN_REQUESTED, to=Stage.IN_HAND),
    Trigger.REQUEST_EXTENSION: _from(Stage.IN_HAND, to=Stage.EXTENSION_REQUESTED),
    Trigger.GRANT_EXTENSION: _from(Stage.EXTENSION_REQUESTED, to=Stage.IN_HAND),
    Trigger.REFUSE_EXTENSION: _from(Stage.EXTENSION_REQUESTED, to=Stage.IN_HAND),
    Trigger.SUSPEND: _from(Stage.IN_HAND, to=Stage.SUSPENDED),
    Trigger.RESUME: _from(Stage.SUSPENDED, to=Stage.IN_HAND),
    Trigger.SUBMIT_COMPLETION: _from(*_UNIT_MAY_SUBMIT, to=Stage.COMPLETION_SUBMITTED),
    Trigger.APPROVE_COMPLETION: _from(Stage.COMPLETION_SUBMITTED, to=Stage.COMPLETED),
    Trigger.REJECT_COMPLETION: _from(Stage.COMPLETION_SUBMITTED, to=Stage.IN_HAND),
    # A review that was running when the unit submitted goes on: that is no climb, and owes no climb's notices.
    Trigger.REJECT_TO_FIRST_REVIEW: _from(Stage.COMPLETION_SUBMITTED, to=Stage.FIRST_REVIEW),
    Trigger.REJECT_TO_SECOND_REVIEW: _from(Stage.COMPLETION_SUBMITTED, to=Stage.SECOND_REVIEW),
    Trigger.ASK_RATING: _from(Stage.COMPLETED, to=None),
    Trigger.RATE: _from(Stage.COMPLETED, Stage.FOLLOW_UP, to=Stage.RATED),
    Trigger.BEGIN_FOLLOW_UP: _from(Stage.COMPLETED, to=Stage.FOLLOW_UP),
    Trigger.BEGIN_REDO: _from(Stage.RATED, to=Stage.REDO),
    Trigger.CLIMB_TO_FIRST_REVIEW: _from(
        *sorted(set(_BEFORE_SUBMISSION) - REVIEW_STAGES - {Stage.SUSPENDED}), Stage.RATED, to=Stage.FIRST_REVIEW
    ),
    Trigger.CLIMB_TO_SECOND_REVIEW: _from(
        *sorted(set(_BEFORE_SUBMISSION) - {Stage.SECOND_REVIEW, Stage.SUSPENDED}), Stage.RATED, to=Stage.SECOND_REVIEW
    ),
    Trigger.CONVENE: _from(*sorted(REVIEW_STAGES), to=None),
    Trigger.PUT_OFF: _from(*sorted(REVIEW_STAGES), to=None),
    Trigger.HAND_TO_LEADER: _from(Stage.SECOND_REVIEW, to=None),
    Trigger.ASSIGN: _from(*sorted(REVIEW_STAGES), to=Stage.DISPATCHED),
    Trigger.SUPERVISE: _from(*sorted(OPEN_STAGES - INTAKE_STAGES), to=None),
    Trigger.REMIND_SIGNING: _from(Stage.DISPATCHED, Stage.REDO, to=None),
    Trigger.REMIND_ASSIST: _from(*sorted(ASSISTED_STAGES), to=None),
    Trigger.REMIND_SUPERVISED: _from(*sorted(WORKING_STAGES), to=None),
    Trigger.SHOW_YELLOW_CARD: _from(*_BEFORE_SUBMISSION, to=None),
    Trigger.SHOW_RED_CARD: _from(*_BEFORE_SUBMISSION, to=None),
    # The inspectors' file outlives the petition: it may be asked about, explained and closed after the archive.
    Trigger.DEMAND_EXPLANATION: _from(*sorted(Stage), to=None),
    Trigger.EXPLAIN: _from(*sorted(Stage), to=None),
    Trigger.REMIND_EXPLANATION: _from(*sorted(OPEN_STAGES), to=None),
    Trigger.CLOSE_SUPERVISION: _from(*sorted(Stage), to=None),
    Trigger.CORRECT_DISPOSITION: _from(*sorted(Stage), to=None),
    Trigger.CHECK_RECTIFICATION: _from(*sorted(Stage), to=None),
    # Never straight from COMPLETED: the petitioner is asked, and followed up, first.
    Trigger.ARCHIVE: _from(Stage.FOLLOW_UP, Stage.RATED, to=Stage.ARCHIVED),
    # The four lists outlive the petition: what is struck off them is reviewed after the archive.
    Trigger.REFUSE_STRIKING: _from(Stage.ARCHIVED, to=None),
    Trigger.RESTORE_STRIKING: _from(Stage.ARCHIVED, to=None),
    Trigger.MERGE: _from(*sorted(OPEN_STAGES - CLOSING_STAGES - {Stage.COMPLETION_SUBMITTED}), to=Stage.MERGED),
    Trigger.WITHDRAW: _from(*sorted(OPEN_STAGES - CLOSING_STAGES), to=Stage.WITHDRAWN),
    # One petitioner of several takes theirs back: of the main case, or of one that was merged into it.
    Trigger.LEAVE: _from(*sorted(OPEN_STAGES - CLOSING_STAGES), Stage.MERGED, to=None),
    # What was merged by mistake goes its own way as a new petition; this one keeps its end.
    Trigger.SEPARATE: _from(Stage.MERGED, to=None),
    Trigger.TERMINATE: _from(
        Stage.AWAITING_SUPPLEMENT,
        Stage.ACCEPTED,
        Stage.IN_HAND,
        Stage.SUSPENDED,
        *sorted(REVIEW_STAGES),
        to=Stage.TERMINATED,
    ),
    # Who reported is kept or erased whatever the petition is at; an open one is never erased.
    Trigger.HOLD_IDENTITY: _from(*sorted(Stage), to=None),
    Trigger.RELEASE_IDENTITY: _from(*sorted(Stage), to=None),
    Trigger.ERASE_IDENTITY: _from(*sorted(FINAL_STAGES), to=None),
    Trigger.FLAG_READING: _from(*sorted(Stage), to=None),
    # Whoever it is about stays out of it for good: what is over is hidden from them as well.
    Trigger.RECUSE: _from(*sorted(Stage), to=None),
    Trigger.LIFT_RECUSAL: _from(*sorted(Stage), to=None),
    # Party-committee inspectors look at a typical case at any time, also long after its end.
    Trigger.OPEN_INSPECTION: _from(*sorted(Stage), to=None),
    Trigger.RECORD_VISIT: _from(*sorted(Stage), to=None),
    Trigger.QUERY_UNIT: _from(*sorted(Stage), to=None),
    Trigger.ANSWER_INSPECTION: _from(*sorted(Stage), to=None),
    Trigger.CLOSE_INSPECTION: _from(*sorted(Stage), to=None),
    # What is told in public outlives the petition, and so do the right of reply and the correction.
    Trigger.TRACK: _from(*sorted(Stage), to=None),
    Trigger.ASK_MEDIA_REPLY: _from(*sorted(Stage), to=None),
    Trigger.GIVE_MEDIA_REPLY: _from(*sorted(Stage), to=None),
    Trigger.LAPSE_MEDIA_REPLY: _from(*sorted(Stage), to=None),
    Trigger.PUBLISH: _from(*sorted(Stage), to=None),
    Trigger.EXPOSE: _from(*sorted(Stage), to=None),
    Trigger.CORRECT_EXPOSURE: _from(*sorted(Stage), to=None),
    # A unit that turns out to be complained about loses it at once; in a review it has nothing to lose but its part.
    Trigger.TAKE_AWAY: _from(*sorted(WORKING_STAGES - REVIEW_STAGES - {Stage.ACCEPTED}), to=Stage.ACCEPTED),
}


REVIEW_CLIMBS = {
    Stage.FIRST_REVIEW: Trigger.CLIMB_TO_FIRST_REVIEW,
    Stage.SECOND_REVIEW: Trigger.CLIMB_TO_SECOND_REVIEW,
}
"""What begins each review."""

_REJECTIONS = {
    Stage.FIRST_REVIEW: Trigger.REJECT_TO_FIRST_REVIEW,
    Stage.SECOND_REVIEW: Trigger.REJECT_TO_SECOND_REVIEW,
}


def rejection_to(submitted_from: Stage) -> Trigger:
    """What sends a completion back to where it was handed in: to the review that was running, else to the unit."""
    return _REJECTIONS.get(submitted_from, Trigger.REJECT_COMPLETION)


def is_allowed(stage: Stage | None, trigger: Trigger) -> bool:
    """Whether the table lets `trigger` happen at `stage`; `None` is a petition that does not exist yet."""
    if stage is None:
        return trigger is Trigger.REGISTER
    return stage in TRANSITIONS[trigger].sources


def forbidden(stage: Stage | None, trigger: Trigger) -> ForbiddenTransition:
    """The refusal of a step that the table does not have."""
    stands = STAGE_LABELS[stage] if stage else "未登记"
    return ForbiddenTransition(stage=stage, trigger=trigger, said=f"当前为“{stands}”，不能{TRIGGER_LABELS[trigger]}")


def stage_after(stage: Stage | None, trigger: Trigger) -> Stage:
    """The stage a petition stands at after `trigger`.

    Raises:
        ForbiddenTransition: the table has no such step.
    """
    if not is_allowed(stage, trigger):
        raise forbidden(stage, trigger)
    target = TRANSITIONS[trigger].target
    if target is not None:
        return target
    if stage is None:  # only REGISTER starts from nothing, and it has a target
        raise forbidden(stage, trigger)
    return stage
