"""What each step means to whoever reported: one sentence without terms of the trade, sources or anybody's name.

The terms and the rules stand in the staff's history and clocks. Where people wrote a reason for the petitioner it is
shown beside the sentence, never instead of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from domain.calendar import local
from domain.conduct import DeadlineKind
from domain.stages import Trigger

__all__ = ["BECAUSE", "PLATFORMS_OWN", "plainly"]

_TO_EXPERTS = "交专家组研究由谁办、怎么办"
_TO_LEADERS = "交区领导小组决定"

_SENTENCES: dict[Trigger, str] = {
    Trigger.REGISTER: "反映的情况已收到",
    Trigger.ACCEPT: "已受理，接下来派给承办单位",
    Trigger.REFUSE: "不予受理",
    Trigger.ASK_SUPPLEMENT: "需要补充情况，补充后接着办，其间不计时间",
    Trigger.SUPPLEMENT: "补充的情况已收到",
    Trigger.DISPATCH: "已派给{unit}办理",
    Trigger.REDISPATCH: "改由{unit}办理",
    Trigger.CORRECT_DISPATCH: "更正派遣，由{unit}办理",
    Trigger.SIGN: "{unit}已接收，开始办理",
    Trigger.NOTE: "",
    Trigger.ATTACH: "添加了照片或材料",
    Trigger.REQUEST_RETURN: "{unit}认为这件事不归它办，正在核定",
    Trigger.GRANT_RETURN: "核定不归{returned}办，重新确定承办单位",
    Trigger.REFUSE_RETURN: "核定归{unit}办，继续办理",
    Trigger.REQUEST_EXTENSION: "{unit}申请延长办理时间，正在审定",
    Trigger.GRANT_EXTENSION: "同意{unit}延长办理时间",
    Trigger.REFUSE_EXTENSION: "没有同意延长，{unit}按原来的时间办理",
    Trigger.SUSPEND: "暂停办理，其间不计时间",
    Trigger.RESUME: "恢复办理，时间接着计算",
    Trigger.SUBMIT_COMPLETION: "{unit}报告已经办好，正在审核",
    Trigger.APPROVE_COMPLETION: "审核通过，{unit}已答复",
    Trigger.REJECT_COMPLETION: "审核认为还没有办好，{unit}继续办理",
    Trigger.REJECT_TO_FIRST_REVIEW: "审核认为还没有办好，专家组继续研究，{unit}继续办理",
    Trigger.REJECT_TO_SECOND_REVIEW: "审核认为还没有办好，区领导小组继续研究，{unit}继续办理",
    Trigger.RATE: "已收到评价",
    Trigger.BEGIN_FOLLOW_UP: "信息员将联系诉求人，听取对办理结果的意见",
    Trigger.BEGIN_REDO: "评价为不满意，由{unit}重新办理",
    Trigger.CLIMB_TO_FIRST_REVIEW: "{because}" + _TO_EXPERTS,
    Trigger.CLIMB_TO_SECOND_REVIEW: "{because}" + _TO_LEADERS,
    Trigger.ASSIGN: "经研究，确定由{unit}办理",
    Trigger.SUPERVISE: "{because}由纪委监委督办，办理不停",
    Trigger.REMIND_SUPERVISED: "纪委监委催促尽快办好",
    Trigger.ARCHIVE: "办理结束",
    Trigger.REOPEN: "要求再次办理，由派遣专席重新安排",
    Trigger.MERGE: "与反映同一件事的另一件合并办理",
    Trigger.WITHDRAW: "已撤回",
    Trigger.LEAVE: "一位诉求人撤出，其他人反映的继续办理",
    Trigger.TERMINATE: "终止办理",
    Trigger.TAKE_AWAY: "原承办单位应当回避，重新确定承办单位",
    Trigger.OBJECT_PUBLICITY: "不同意公开办理情况，已记下",
    Trigger.PUBLISH: "办理情况已隐去个人信息公开",
    Trigger.EXPOSE: "办理中的问题已公开曝光",
    Trigger.CORRECT_EXPOSURE: "对公开曝光的内容作了更正",
}

BECAUSE: dict[str, str] = {
    DeadlineKind.HANDLING.value: "到{due}还没有办好，",
    DeadlineKind.REDO.value: "重新办理，到{due}还没有办好，",
    DeadlineKind.DISPATCH.value: "到{due}还没有确定承办单位，",
    DeadlineKind.FIRST_REVIEW.value: "专家组到{due}还没有定下来，",
    DeadlineKind.SECOND_REVIEW.value: "区领导小组到{due}还没有定下来，",
    DeadlineKind.SUPERVISION_REMINDER.value: "上次督办之后仍没有办好，",
    "returns": "几家单位都认为不归自己办，",
    "transfers": "换了几家单位还没有定下来，",
    "dissatisfied": "重新办理后仍不满意，",
}
"""By what the history keeps as `why`; a step that keeps none is told without."""

PLATFORMS_OWN = frozenset(
    {
        Trigger.CLIMB_TO_FIRST_REVIEW,
        Trigger.CLIMB_TO_SECOND_REVIEW,
        Trigger.SUPERVISE,
        Trigger.REMIND_SUPERVISED,
        Trigger.BEGIN_REDO,
        Trigger.RESUME,
        Trigger.TAKE_AWAY,
    }
)
"""Where the platform acts by itself, its words are for the staff, and the sentence says it all."""


def plainly(trigger: str, unit: str, details: Mapping[str, Any], returned: str = "") -> str:
    """The sentence; `unit` is the name of who has it then, `returned` of who gave it back. Empty for former steps."""
    if trigger not in set(Trigger):
        return ""
    sentence = _SENTENCES.get(Trigger(trigger), "")
    due_at = details.get("due_at")
    due = f"{local(dt.datetime.fromisoformat(due_at)):%Y年%-m月%-d日 %H:%M}" if due_at else "期限"
    because = BECAUSE.get(str(details.get("why")), "").format(due=due)
    return sentence.format(unit=unit or "承办单位", returned=returned or "原单位", because=because)
