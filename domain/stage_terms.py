"""The names of what a petition goes through: its stages, what moves it, and what people call them."""

from __future__ import annotations

from enum import StrEnum


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
    CORRECT_DISPATCH = "correct_dispatch"
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
    WARN_EXPLANATION = "warn_explanation"
    REMIND_EXPLANATION = "remind_explanation"
    CLOSE_SUPERVISION = "close_supervision"
    CORRECT_DISPOSITION = "correct_disposition"
    WARN_RECTIFICATION = "warn_rectification"
    REMIND_RECTIFICATION = "remind_rectification"
    CHECK_RECTIFICATION = "check_rectification"
    ARCHIVE = "archive"
    REFUSE_STRIKING = "refuse_striking"
    RESTORE_STRIKING = "restore_striking"
    REQUEST_EXCLUSION = "request_exclusion"
    GRANT_EXCLUSION = "grant_exclusion"
    REFUSE_EXCLUSION = "refuse_exclusion"
    REOPEN = "reopen"
    RECORD_CALL = "record_call"
    GIVE_CALL = "give_call"
    STRAND_CALL = "strand_call"
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
    WARN_INSPECTION = "warn_inspection"
    REMIND_INSPECTION = "remind_inspection"
    ANSWER_INSPECTION = "answer_inspection"
    CLOSE_INSPECTION = "close_inspection"
    TRACK = "track"
    DECLINE_TRACK = "decline_track"
    UNTRACK = "untrack"
    OBJECT_PUBLICITY = "object_publicity"
    ASK_MEDIA_REPLY = "ask_media_reply"
    GIVE_MEDIA_REPLY = "give_media_reply"
    LAPSE_MEDIA_REPLY = "lapse_media_reply"
    PUBLISH = "publish"
    EXPOSE = "expose"
    CORRECT_EXPOSURE = "correct_exposure"
    UNPUBLISH = "unpublish"


TRIGGER_LABELS: dict[Trigger, str] = {
    Trigger.REGISTER: "登记",
    Trigger.ACCEPT: "受理",
    Trigger.REFUSE: "不予受理",
    Trigger.ASK_SUPPLEMENT: "要求补充",
    Trigger.SUPPLEMENT: "补充材料",
    Trigger.DISPATCH: "派遣",
    Trigger.REFER_TO_DESK: "转人工派遣",
    Trigger.REDISPATCH: "改派",
    Trigger.CORRECT_DISPATCH: "更正派遣",
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
    Trigger.WARN_EXPLANATION: "督办说明将到期",
    Trigger.REMIND_EXPLANATION: "催交说明",
    Trigger.CLOSE_SUPERVISION: "督办了结",
    Trigger.CORRECT_DISPOSITION: "更正处置",
    Trigger.WARN_RECTIFICATION: "整改将到期",
    Trigger.REMIND_RECTIFICATION: "整改到期待核查",
    Trigger.CHECK_RECTIFICATION: "核查整改",
    Trigger.ARCHIVE: "归档",
    Trigger.REFUSE_STRIKING: "退回销号",
    Trigger.RESTORE_STRIKING: "恢复销号",
    Trigger.REQUEST_EXCLUSION: "申请不纳入评价",
    Trigger.GRANT_EXCLUSION: "同意不纳入评价",
    Trigger.REFUSE_EXCLUSION: "驳回不纳入评价",
    Trigger.REOPEN: "重启办理",
    Trigger.RECORD_CALL: "记录回访",
    Trigger.GIVE_CALL: "改由他席回访",
    Trigger.STRAND_CALL: "回访无席位可派",
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
    Trigger.WARN_INSPECTION: "督查说明将到期",
    Trigger.REMIND_INSPECTION: "催交督查说明",
    Trigger.ANSWER_INSPECTION: "督查说明",
    Trigger.CLOSE_INSPECTION: "督查办结",
    Trigger.TRACK: "列入媒体跟踪",
    Trigger.DECLINE_TRACK: "不同意媒体跟踪",
    Trigger.UNTRACK: "停止媒体跟踪",
    Trigger.OBJECT_PUBLICITY: "不同意公开",
    Trigger.ASK_MEDIA_REPLY: "曝光前征求答复",
    Trigger.GIVE_MEDIA_REPLY: "答复曝光",
    Trigger.LAPSE_MEDIA_REPLY: "逾期未答复曝光",
    Trigger.PUBLISH: "公开办理过程",
    Trigger.EXPOSE: "公开曝光",
    Trigger.CORRECT_EXPOSURE: "更正曝光",
    Trigger.UNPUBLISH: "撤回公开件",
}

FORMER_TRIGGER_LABELS = {"record_supervision": "记录督办情况"}
"""What old rows of the history name and nobody can pull any more. The rows are chained by their digests and are never
rewritten, so their words stay readable."""


def trigger_label(code: str) -> str:
    """The Chinese name of a trigger as the history keeps it, former ones too."""
    return FORMER_TRIGGER_LABELS.get(code) or TRIGGER_LABELS[Trigger(code)]
