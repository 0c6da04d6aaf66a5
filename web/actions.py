"""What may be done with a case, each as a form: what it asks, the API's shape it must fit, the use case it calls.

Which of them somebody is shown comes from `allowed_actions` alone; the use case asks the permission table once more.
"""

from __future__ import annotations

from domain.completion import CONTACT_WAY_LABELS
from domain.petition import SATISFACTION_LABELS
from domain.stages import Trigger
from models.bodies import (
    AssignmentIn,
    CategoryIn,
    DispatchIn,
    ExclusionIn,
    ExtensionIn,
    LeaderIn,
    LiftIn,
    NoteIn,
    NothingIn,
    NotSameIn,
    OptionalReasonIn,
    RatingIn,
    ReasonIn,
    RedispatchIn,
    ReportIn,
    ReturnIn,
    SupplementIn,
)
from models.evidence import CompletionEvidence
from services import (
    decisions,
    dispatching,
    exclusions,
    handling,
    intake,
    ladder,
    meeting_decisions,
    recusals,
    separation,
    striking,
    supervision,
    verdict,
)
from web.action import TERM_UNITS, Action, of
from web.action_work import (
    MergeByNumberIn,
    OwnOrOthersRecusalIn,
    assign,
    complete,
    filled,
    merge,
    not_same,
    plain,
    reasoned,
    recuse,
    return_of,
)
from web.inputs import YES_NO, Field, Kind, Options
from web.inspection_actions import INSPECTIONS

REPORT = "report"
"""What assisting units do; it is no trigger of its own."""
_REASON = Field("reason", "理由")
_TOLD = Field("reason", "理由", hint="诉求人看得到")
_SATISFACTIONS: Options = tuple((kind.value, label) for kind, label in SATISFACTION_LABELS.items())
_CONTACT_WAYS: Options = tuple((way.value, label) for way, label in CONTACT_WAY_LABELS.items())
_UNIT = Field("unit", "承办单位", Kind.CHOICE, options="units")
_MATTER = (
    Field("category", "分类", Kind.CHOICE, "原来的不对才改", optional=True, options="categories"),
    Field("sub_category", "小类", Kind.SEARCH, "写名称或从列表选；分类随之", optional=True, options="sub_categories"),
)
_EVIDENCE = (
    Field("is_true", "诉求是否属实", Kind.YES_NO, options=YES_NO),
    Field("untrue_reason", "查证情况", hint="不属实的填写", optional=True, rows=2, when="is_true no"),
    Field("beyond_duty", "诉求超出职责", Kind.BOX),
    Field(
        "beyond_duty_kind",
        "超职责种类",
        Kind.CHOICE,
        "超出职责的选",
        optional=True,
        options="beyond_duty_kinds",
        when="beyond_duty yes",
    ),
    Field(
        "beyond_duty_basis",
        "超职责依据",
        hint="法律、规定或裁判文书；另须附材料",
        optional=True,
        rows=2,
        when="beyond_duty yes",
    ),
    Field("contacted", "是否已联系诉求人", Kind.YES_NO, options=YES_NO),
    Field("contacted_at", "联系时间", Kind.MOMENT, "已联系的填写", optional=True, when="contacted yes", now=True),
    Field(
        "contact_way", "联系方式", Kind.CHOICE, "已联系的选", optional=True, options=_CONTACT_WAYS, when="contacted yes"
    ),
    Field("contact_last4", "号码末四位", Kind.LINE, "不要填写全号", optional=True, most=4, when="contacted yes"),
    Field(
        "not_contacted_reason", "未联系的原因", Kind.LINE, "未联系的填写", optional=True, most=200, when="contacted no"
    ),
    Field("solved", "问题是否解决", Kind.YES_NO, options=YES_NO),
    Field("unsolved_reason", "未解决的原因", hint="未解决的填写", optional=True, rows=2, when="solved no"),
    Field("internal_account", "办理情况", hint="内部记录，诉求人看不到", most=5000),
    Field("public_reply", "公开答复", hint="诉求人看得到；不写手机、身份证、银行卡号码", most=5000),
)


def task_fields(prefix: str, whose: str, group: str = "") -> tuple[Field, ...]:
    """A unit, what it has to do, and how long it has; one of a group may be left out."""
    optional = bool(group)
    return (
        Field(f"{prefix}.unit", f"{whose}单位", Kind.CHOICE, options="units", optional=optional, group=group),
        Field(f"{prefix}.duty", f"{whose}任务", rows=2, optional=optional, group=group),
        Field(f"{prefix}.term.amount", "期限", Kind.NUMBER, optional=optional, group=group),
        Field(f"{prefix}.term.unit", "期限单位", Kind.CHOICE, options=TERM_UNITS, start="working_days", group=group),
    )


ACTIONS: dict[str, Action] = dict(
    (
        of(Trigger.SIGN, NothingIn, plain(handling.sign), tone="main"),
        of(
            Trigger.SUBMIT_COMPLETION,
            CompletionEvidence,
            complete,
            *_EVIDENCE,
            tone="main",
            hint="办结须有佐证；缺什么会逐项指出",
        ),
        of(
            Trigger.APPROVE_COMPLETION,
            ReasonIn,
            reasoned(decisions.decide_completion, approved=True),
            _REASON,
            tone="main",
        ),
        of(Trigger.REJECT_COMPLETION, ReasonIn, reasoned(decisions.decide_completion, approved=False), _REASON),
        of(Trigger.ACCEPT, NothingIn, plain(intake.accept), tone="main"),
        of(Trigger.DISPATCH, DispatchIn, filled(dispatching.dispatch), _UNIT, _REASON, *_MATTER, tone="main"),
        of(Trigger.GRANT_RETURN, ReasonIn, reasoned(decisions.decide_return, granted=True), _REASON, tone="main"),
        of(
            Trigger.REFUSE_RETURN,
            ReasonIn,
            reasoned(decisions.decide_return, granted=False),
            _REASON,
            hint="驳回后该单位为指定承办，不得再次退单",
        ),
        of(
            Trigger.GRANT_EXTENSION,
            ReasonIn,
            reasoned(decisions.decide_extension, granted=True),
            _TOLD,
            tone="main",
        ),
        of(Trigger.REFUSE_EXTENSION, ReasonIn, reasoned(decisions.decide_extension, granted=False), _REASON),
        of(
            Trigger.ASSIGN,
            AssignmentIn,
            assign,
            *task_fields("lead", "主办"),
            *task_fields("assists.0", "协办", "协办一"),
            *task_fields("assists.1", "协办", "协办二"),
            *task_fields("assists.2", "协办", "协办三"),
            Field("reason", "决定的依据"),
            tone="main",
        ),
        of(
            Trigger.NOTE,
            NoteIn,
            filled(handling.note),
            Field("text", "办理情况"),
            Field("public", "让诉求人看到", Kind.BOX),
        ),
        of(
            Trigger.EXPLAIN,
            ReportIn,
            lambda c, k, a, body, v: supervision.answer(c, k, a, body.text, v),
            Field("text", "说明"),
        ),
        of(
            Trigger.REQUEST_EXTENSION,
            ExtensionIn,
            filled(handling.request_extension),
            Field("amount", "再要几个工作日", Kind.NUMBER),
            Field("reason_code", "延期事由", Kind.CHOICE, options="extension_reasons"),
            _REASON,
        ),
        of(
            Trigger.REQUEST_RETURN,
            ReturnIn,
            return_of,
            _REASON,
            Field("proposed_unit", "应由哪个单位办", Kind.CHOICE, options="units"),
            Field("basis", "职责依据", hint="三定方案的条款", rows=2),
            Field(
                "duty",
                "职责清单中的小类",
                Kind.SEARCH,
                "清单已列的，写名称或从列表选；清单不是这样写的会指出",
                optional=True,
                options="sub_categories",
            ),
            Field("not_listed", "职责清单未列", Kind.BOX),
        ),
        of(Trigger.RESUME, OptionalReasonIn, reasoned(handling.resume), Field("reason", "说明", optional=True)),
        of(
            Trigger.ASK_SUPPLEMENT,
            ReasonIn,
            reasoned(intake.ask_supplement),
            Field("reason", "请诉求人补充什么", hint="诉求人看得到"),
        ),
        of(
            Trigger.SUPPLEMENT,
            SupplementIn,
            filled(intake.supplement),
            Field("text", "补充的内容"),
            Field("place", "更准确的地点", Kind.LINE, optional=True),
        ),
        of(
            Trigger.CORRECT_DISPATCH,
            RedispatchIn,
            filled(dispatching.correct_dispatch),
            _UNIT,
            _REASON,
            *_MATTER,
            hint="按错、选错的改正：不计转派，办理时限自首次派遣起算；原单位会收到“已收回”的通知",
        ),
        of(Trigger.REDISPATCH, RedispatchIn, filled(dispatching.redispatch), _UNIT, _REASON, *_MATTER),
        of(Trigger.RECLASSIFY, CategoryIn, filled(intake.reclassify), *_MATTER, _REASON),
        of(
            Trigger.MERGE,
            MergeByNumberIn,
            merge,
            Field("into", "主单的编号", Kind.LINE, "如 SZ-20260302-00017"),
            _REASON,
        ),
        of(
            Trigger.RATE,
            RatingIn,
            filled(verdict.rate),
            Field("satisfaction", "诉求人的评价", Kind.PICK, options=_SATISFACTIONS),
            Field("reason_code", "不满意的原因", Kind.CHOICE, optional=True, options="dissatisfied_reasons"),
            Field("reason", "具体情况", hint="不满意而没有合适原因的填写", optional=True),
        ),
        of(Trigger.CLIMB_TO_FIRST_REVIEW, ReasonIn, reasoned(ladder.refer_to_first_review), _REASON),
        of(Trigger.CLIMB_TO_SECOND_REVIEW, ReasonIn, reasoned(ladder.propose_second_review), _REASON),
        of(
            Trigger.HAND_TO_LEADER,
            LeaderIn,
            filled(meeting_decisions.hand_to_leader),
            Field("leader", "分管领导", Kind.CHOICE, options="leaders"),
            _REASON,
        ),
        of(
            Trigger.RECUSE,
            OwnOrOthersRecusalIn,
            recuse,
            Field("unit", "应当回避的单位", Kind.CHOICE, options="units", optional=True),
            Field("account", "或应当回避的账号", Kind.LINE, "都不填就是本人回避：此后您看不到这件诉求", optional=True),
            _REASON,
        ),
        of(
            Trigger.REQUEST_EXCLUSION,
            ExclusionIn,
            filled(exclusions.ask),
            Field("reason_code", "情形", Kind.CHOICE, options="exclusion_reasons"),
            Field("evidence", "凭据", hint="文书、文号、告知时间；材料请先上传"),
            hint="由派遣专席或研判小组审定；诉求人仍可评价，不满意的仍须重办",
        ),
        of(Trigger.GRANT_EXCLUSION, ReasonIn, reasoned(exclusions.decide, granted=True), _REASON),
        of(Trigger.REFUSE_EXCLUSION, ReasonIn, reasoned(exclusions.decide, granted=False), _REASON),
        of(Trigger.REFUSE_STRIKING, ReasonIn, reasoned(striking.refuse), _REASON),
        of(Trigger.RESTORE_STRIKING, ReasonIn, reasoned(striking.restore), _REASON),
        of(
            Trigger.LIFT_RECUSAL,
            LiftIn,
            filled(recusals.lift),
            Field("number", "第几项回避", Kind.NUMBER, "序号见“回避情况”"),
            _REASON,
        ),
        *INSPECTIONS,
        of(Trigger.SUSPEND, ReasonIn, reasoned(decisions.suspend), _TOLD, tone="grave"),
        of(Trigger.REFUSE, ReasonIn, reasoned(intake.refuse), _TOLD, tone="grave"),
        of(Trigger.TERMINATE, ReasonIn, reasoned(decisions.terminate), _TOLD, tone="grave"),
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


NOT_SAME = Action(
    "not_same",
    "不是同一件",
    NotSameIn,
    not_same,
    (Field("other", "对方", Kind.HIDDEN), Field("reason", "有什么不同", Kind.LINE)),
)
SEPARATE = Action(
    "separate",
    "拆单",
    ReasonIn,
    reasoned(separation.separate),
    (_REASON,),
    hint="并错的恢复为单独一件，诉求人的查询码不变",
)
DESKS = {action.code: action for action in (NOT_SAME, SEPARATE)}
"""What the desk may do that no trigger stands for: with a proposed duplicate, and with a wrong merge."""
