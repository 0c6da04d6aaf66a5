"""What may be done with a case, each as a form: what it asks, the API's shape it must fit, the use case it calls.

Which of them somebody is shown comes from `allowed_actions` alone; the use case asks the permission table once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain.actions import Actor
from domain.completion import CONTACT_WAY_LABELS
from domain.petition import SATISFACTION_LABELS
from domain.stages import TRIGGER_LABELS, Trigger
from domain.supervision import DISPOSITION_LABELS
from models.bodies import (
    AssignmentIn,
    CategoryIn,
    DemandIn,
    DispatchIn,
    DispositionIn,
    ExtensionIn,
    NoteIn,
    NothingIn,
    OptionalReasonIn,
    RatingIn,
    ReasonIn,
    RedispatchIn,
    ReportIn,
    ReturnIn,
    SupplementIn,
    TaskIn,
)
from models.evidence import CompletionEvidence
from models.shapes import Line, Reason, Shape
from services import decisions, dispatching, handling, intake, ladder, queries, supervision, verdict
from services.context import Context
from web.inputs import YES_NO, Field, Kind, Options

Work = Callable[[Context, str, Actor, Any, int], object]


@dataclass(frozen=True)
class Action:
    """Something that may be done: `label` names it on the button, `tone` says how grave it is."""

    code: str
    label: str
    shape: type[Shape]
    work: Work
    fields: tuple[Field, ...] = ()
    tone: str = ""
    hint: str = ""


class MergeByNumberIn(Shape):
    """The case this one is merged into, by the number people know."""

    into: Line
    reason: Reason


REPORT = "report"
"""What assisting units do; it is no trigger of its own."""
_REASON = Field("reason", "理由")
_TOLD = Field("reason", "理由", hint="诉求人看得到")
_SATISFACTIONS: Options = tuple((kind.value, label) for kind, label in SATISFACTION_LABELS.items())
_CONTACT_WAYS: Options = tuple((way.value, label) for way, label in CONTACT_WAY_LABELS.items())
_DISPOSITIONS: Options = tuple((kind.value, label) for kind, label in DISPOSITION_LABELS.items())
_TERM_UNITS: Options = (
    ("working_days", "工作日"),
    ("calendar_days", "自然日"),
    ("working_hours", "工作小时"),
    ("hours", "小时"),
)
_UNIT = Field("unit", "承办单位", Kind.CHOICE, options="units")
_MATTER = (
    Field("category", "分类", Kind.CHOICE, "原来的不对才改", optional=True, options="categories"),
    Field("sub_category", "小类", Kind.CHOICE, "选了小类，分类随之", optional=True, options="sub_categories"),
)
_EVIDENCE = (
    Field("is_true", "诉求是否属实", Kind.YES_NO, options=YES_NO),
    Field("untrue_reason", "查证情况", hint="不属实的填写", optional=True, rows=2),
    Field("beyond_duty", "诉求超出职责", Kind.BOX),
    Field(
        "beyond_duty_kind",
        "超职责种类",
        Kind.CHOICE,
        "超出职责的选",
        optional=True,
        options="beyond_duty_kinds",
    ),
    Field("beyond_duty_basis", "超职责依据", hint="法律、规定或裁判文书；另须附材料", optional=True, rows=2),
    Field("contacted", "是否已联系诉求人", Kind.YES_NO, options=YES_NO),
    Field("contacted_at", "联系时间", Kind.MOMENT, "已联系的填写", optional=True),
    Field("contact_way", "联系方式", Kind.CHOICE, "已联系的选", optional=True, options=_CONTACT_WAYS),
    Field("contact_last4", "号码末四位", Kind.LINE, "不要填写全号", optional=True, most=4),
    Field("not_contacted_reason", "未联系的原因", Kind.LINE, "未联系的填写", optional=True, most=200),
    Field("solved", "问题是否解决", Kind.YES_NO, options=YES_NO),
    Field("unsolved_reason", "未解决的原因", hint="未解决的填写", optional=True, rows=2),
    Field("internal_account", "办理情况", hint="内部记录，诉求人看不到", most=5000),
    Field("public_reply", "公开答复", hint="诉求人看得到；不写手机、身份证、银行卡号码", most=5000),
)


def _task(prefix: str, whose: str, group: str = "") -> tuple[Field, ...]:
    """A unit, what it has to do, and how long it has."""
    optional = bool(group)
    return (
        Field(f"{prefix}.unit", f"{whose}单位", Kind.CHOICE, options="units", optional=optional, group=group),
        Field(f"{prefix}.duty", f"{whose}任务", rows=2, optional=optional, group=group),
        Field(f"{prefix}.term.amount", "期限", Kind.NUMBER, optional=optional, group=group),
        Field(f"{prefix}.term.unit", "期限单位", Kind.CHOICE, options=_TERM_UNITS, start="working_days", group=group),
    )


def _plain(function: Callable[..., object]) -> Work:
    """A use case that asks nothing."""
    return lambda context, key, actor, _, version: function(context, key, actor, version=version)


def _reasoned(function: Callable[..., object], **fixed: object) -> Work:
    """A use case that asks for a reason."""
    return lambda context, key, actor, body, version: function(
        context, key, actor, reason=body.reason, version=version, **fixed
    )


def _filled(function: Callable[..., object]) -> Work:
    """A use case that takes the fields of its shape by name."""
    return lambda context, key, actor, body, version: function(context, key, actor, version=version, **dict(body))


def _complete(context: Context, key: str, actor: Actor, body: CompletionEvidence, version: int) -> object:
    return handling.submit_completion(context, key, actor, body, version)


def _return(context: Context, key: str, actor: Actor, body: ReturnIn, version: int) -> object:
    return handling.request_return(
        context,
        key,
        actor,
        reason=body.reason,
        proposed_unit=body.proposed_unit,
        basis=body.basis,
        duty=body.duty,
        version=version,
    )


def _merge(context: Context, key: str, actor: Actor, body: MergeByNumberIn, version: int) -> object:
    into = queries.find(context, body.into.upper(), actor).id
    return intake.merge(context, key, into, actor, body.reason, version)


def _assign(context: Context, key: str, actor: Actor, body: AssignmentIn, version: int) -> object:
    def task(item: TaskIn) -> ladder.Task:
        return ladder.Task(item.unit, item.duty, item.term.duration())

    decision = ladder.Decision(task(body.lead), body.reason, tuple(task(item) for item in body.assists))
    return ladder.assign(context, key, actor, decision, version)


def _demand(context: Context, key: str, actor: Actor, body: DemandIn, version: int) -> object:
    duration = body.term.duration()
    return supervision.demand_explanation(
        context, key, actor, question=body.question, duration=duration, version=version
    )


def _of(
    trigger: Trigger, shape: type[Shape], work: Work, *fields: Field, tone: str = "", hint: str = ""
) -> tuple[str, Action]:
    return trigger.value, Action(trigger.value, TRIGGER_LABELS[trigger], shape, work, fields, tone, hint)


ACTIONS: dict[str, Action] = dict(
    (
        _of(Trigger.SIGN, NothingIn, _plain(handling.sign), tone="main"),
        _of(
            Trigger.SUBMIT_COMPLETION,
            CompletionEvidence,
            _complete,
            *_EVIDENCE,
            tone="main",
            hint="办结须有佐证；缺什么会逐项指出",
        ),
        _of(
            Trigger.APPROVE_COMPLETION,
            ReasonIn,
            _reasoned(decisions.decide_completion, approved=True),
            _REASON,
            tone="main",
        ),
        _of(Trigger.REJECT_COMPLETION, ReasonIn, _reasoned(decisions.decide_completion, approved=False), _REASON),
        _of(Trigger.ACCEPT, NothingIn, _plain(intake.accept), tone="main"),
        _of(Trigger.DISPATCH, DispatchIn, _filled(dispatching.dispatch), _UNIT, _REASON, *_MATTER, tone="main"),
        _of(Trigger.GRANT_RETURN, ReasonIn, _reasoned(decisions.decide_return, granted=True), _REASON, tone="main"),
        _of(
            Trigger.REFUSE_RETURN,
            ReasonIn,
            _reasoned(decisions.decide_return, granted=False),
            _REASON,
            hint="驳回后该单位为指定承办，不得再次退单",
        ),
        _of(
            Trigger.GRANT_EXTENSION,
            ReasonIn,
            _reasoned(decisions.decide_extension, granted=True),
            _TOLD,
            tone="main",
        ),
        _of(Trigger.REFUSE_EXTENSION, ReasonIn, _reasoned(decisions.decide_extension, granted=False), _REASON),
        _of(
            Trigger.ASSIGN,
            AssignmentIn,
            _assign,
            *_task("lead", "主办"),
            *_task("assists.0", "协办", "协办一"),
            *_task("assists.1", "协办", "协办二"),
            *_task("assists.2", "协办", "协办三"),
            Field("reason", "决定的依据"),
            tone="main",
        ),
        _of(
            Trigger.NOTE,
            NoteIn,
            _filled(handling.note),
            Field("text", "办理情况"),
            Field("public", "让诉求人看到", Kind.BOX),
        ),
        _of(
            Trigger.EXPLAIN,
            ReportIn,
            lambda c, k, a, body, v: supervision.answer(c, k, a, body.text, v),
            Field("text", "说明"),
        ),
        _of(
            Trigger.REQUEST_EXTENSION,
            ExtensionIn,
            _filled(handling.request_extension),
            Field("amount", "再要几个工作日", Kind.NUMBER),
            Field("reason_code", "延期事由", Kind.CHOICE, options="extension_reasons"),
            _REASON,
        ),
        _of(
            Trigger.REQUEST_RETURN,
            ReturnIn,
            _return,
            _REASON,
            Field("proposed_unit", "应由哪个单位办", Kind.CHOICE, options="units"),
            Field("basis", "职责依据", hint="三定方案的条款", rows=2),
            Field(
                "duty",
                "职责清单中的小类",
                Kind.CHOICE,
                "清单已列的选；清单不是这样写的会指出",
                optional=True,
                options="sub_categories",
            ),
            Field("not_listed", "职责清单未列", Kind.BOX),
        ),
        _of(Trigger.RESUME, OptionalReasonIn, _reasoned(handling.resume), Field("reason", "说明", optional=True)),
        _of(
            Trigger.ASK_SUPPLEMENT,
            ReasonIn,
            _reasoned(intake.ask_supplement),
            Field("reason", "请诉求人补充什么", hint="诉求人看得到"),
        ),
        _of(
            Trigger.SUPPLEMENT,
            SupplementIn,
            _filled(intake.supplement),
            Field("text", "补充的内容"),
            Field("place", "更准确的地点", Kind.LINE, optional=True),
        ),
        _of(Trigger.REDISPATCH, RedispatchIn, _filled(dispatching.redispatch), _UNIT, _REASON, *_MATTER),
        _of(Trigger.RECLASSIFY, CategoryIn, _filled(intake.reclassify), *_MATTER, _REASON),
        _of(
            Trigger.MERGE,
            MergeByNumberIn,
            _merge,
            Field("into", "主单的编号", Kind.LINE, "如 SZ-20260302-00017"),
            _REASON,
        ),
        _of(
            Trigger.RATE,
            RatingIn,
            _filled(verdict.rate),
            Field("satisfaction", "诉求人的评价", Kind.PICK, options=_SATISFACTIONS),
            Field("reason", "原因", hint="不满意的填写", optional=True),
        ),
        _of(Trigger.CLIMB_TO_FIRST_REVIEW, ReasonIn, _reasoned(ladder.refer_to_first_review), _REASON),
        _of(Trigger.CLIMB_TO_SECOND_REVIEW, ReasonIn, _reasoned(ladder.propose_second_review), _REASON),
        _of(Trigger.SUPERVISE, ReasonIn, _reasoned(ladder.open_supervision), _REASON),
        _of(
            Trigger.DEMAND_EXPLANATION,
            DemandIn,
            _demand,
            Field("question", "要求说明什么"),
            Field("term.amount", "期限", Kind.NUMBER),
            Field("term.unit", "期限单位", Kind.CHOICE, options=_TERM_UNITS, start="working_days"),
        ),
        _of(
            Trigger.CLOSE_SUPERVISION,
            DispositionIn,
            _filled(supervision.dispose),
            Field("disposition", "处置", Kind.PICK, options=_DISPOSITIONS),
            Field("opinion", "意见"),
        ),
        _of(Trigger.SUSPEND, ReasonIn, _reasoned(decisions.suspend), _TOLD, tone="grave"),
        _of(Trigger.REFUSE, ReasonIn, _reasoned(intake.refuse), _TOLD, tone="grave"),
        _of(Trigger.TERMINATE, ReasonIn, _reasoned(decisions.terminate), _TOLD, tone="grave"),
    )
) | {
    REPORT: Action(
        REPORT,
        "反馈协办情况",
        ReportIn,
        lambda context, key, actor, body, version: handling.report(context, key, actor, body.text, version),
        (Field("text", "协办情况"),),
        "main",
    )
}
"""Every action by its code, those one does first on top."""
