"""What crosses our boundary outwards: the answers of queries and of the API. Moments are shown in Asia/Shanghai."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from domain.calendar import local
from models.shown_moments import moments_shown

Shown = Annotated[dt.datetime, PlainSerializer(lambda moment: local(moment).isoformat(), return_type=str)]
"""An aware moment, written as `2026-03-02T09:00:00+08:00`."""
Particulars = Annotated[dict[str, Any], PlainSerializer(moments_shown, return_type=dict[str, Any])]
"""What the ledger keeps as JSON, with every moment in it shown as `Shown` would."""


class Answer(BaseModel):
    """Built by us from the ledger, never from a client."""

    model_config = ConfigDict(frozen=True)


class Named(Answer):
    """A code with its Chinese name."""

    code: str
    name: str


class TimelineEntry(Answer):
    """What the petitioner is shown of one step: never who did it, never the petition's text."""

    at: Shown
    label: str
    stage: Named
    told: str = Field("", description="这一步是什么意思，一句话，不用行话；早先个别步骤没有")
    reason: str = Field("", description="办理的人写给诉求人看的理由或答复")


class SimilarMatter(Answer):
    """A matter of others that is probably the same: only how far it is, as far as the policy lets it be told."""

    number: str | None = Field(description="编号；规则未允许告知的各项为空")
    stage: Named | None
    unit: Named | None
    due_at: Shown | None


class Progress(Answer):
    """The public side of a petition (按查询码)."""

    case_number: str
    version: int = Field(description="已并单的，If-Match 应写 merged_into 的版本，即 ETag")
    stage: Named
    unit: Named | None = Field(description="承办单位；派遣前为空")
    holder: Named | None = Field(description="现在由谁处理；结束后为空")
    due_at: Shown | None = Field(description="到期时间：办理时限，或当前环节的时限")
    due_provisional: bool = Field(description="所涉年份放假安排尚未公布，公布后重算")
    registered_at: Shown
    closed_at: Shown | None
    reopen_until: Shown | None = Field(None, description="最迟何时可以要求再次办理；现在不能要求的为空")
    merged_into: Progress | None = Field(None, description="已并单的，主单的进度；凭本码可对主单补充、评价、撤出")
    similar: list[SimilarMatter] = Field([], description="疑似已有他人反映、正在办理的同一事项；只有办理情况")
    timeline: list[TimelineEntry]
    allowed_actions: list[str]


class Registered(Answer):
    """The receipt of a registration; the query code is the petitioner's key to the case."""

    case_number: str
    query_code: str
    version: int
    stage: Named
    registered_at: Shown
    progress: str = Field(description="进度查询地址")
    location: str | None = Field(
        None, description="坐标所在的网格、镇街和最近点位，或在区外；没有坐标或没有地理数据的为空"
    )
    similar: list[SimilarMatter] = Field([], description="疑似已有他人反映、正在办理的同一事项；只有办理情况")
    allowed_actions: list[str]


class AssignmentView(Answer):
    """What one unit has or had to do."""

    unit: Named
    part: str = Field(description="lead 主办，assist 协办")
    duty: str
    assigned_at: Shown
    due_at: Shown | None
    reminded_at: Shown | None = Field(description="协办逾期后催办的时间")
    signed_at: Shown | None
    ended_at: Shown | None
    outcome: str | None
    report: str
    reasons: list[str]


class FileNamed(Answer):
    """A stored file by its id, its name and its SHA-256."""

    id: str
    name: str
    sha256: str


class AskView(Answer):
    """What a unit asked for."""

    kind: str = Field(description="return 退单，extension 延期，exclusion 不纳入评价")
    unit: Named
    reason: str
    proposed_unit: Named | None
    basis: str
    basis_duty: Named | None = Field(None, description="退单所依据的职责清单小类；为空即清单未列")
    list_says: str = Field("", description="申请时职责清单怎样写")
    files: list[FileNamed] = Field([], description="不纳入评价的证明材料，已上传的附件")
    amount: int | None
    reason_code: Named | None = Field(None, description="延期事由，或不纳入评价的情形")
    asked_at: Shown
    due_at: Shown | None = Field(None, description="审定到期时间；已审定的为空")
    by_default: str = Field("", description="逾期无人审定时怎样")
    default_source: str = Field("", description="逾期这样处理的依据")
    decided_at: Shown | None
    decided_reason: str = ""
    decided_by_default: bool = Field(False, description="无人审定，按规则处理的")
    outcome: str | None


class CompletionView(Answer):
    """What was handed in as done; the receipt is the SHA-256 of what was accepted."""

    unit: Named
    submitted_at: Shown
    evidence: dict[str, Any]
    receipt: str
    decided_at: Shown | None
    outcome: str | None
    flags: list[dict[str, Any]] = Field([], description="请审核人核对的，如照片用过；不向承办单位提供，机器不作认定")


class ContactView(Answer):
    """Who reported, masked: 张*, 138****1234. The whole is asked for with its purpose (`POST …/identity`)."""

    name: str | None
    contact_kind: str | None
    contact: str | None
    confidential: bool
    erased_at: Shown | None = Field(None, description="身份按保存期限清除的时刻")
    purposes: list[Named] = Field([], description="调用者此刻可以查阅全文的用途，没有即不可查阅")


class ExplanationView(Answer):
    """What the inspectors demanded of a unit and have not been given yet."""

    unit: Named
    demanded_at: Shown
    due_at: Shown
    overdue: bool
    reminded_at: Shown | None


class AskedOfUnit(Answer):
    """What the party-committee inspectors ask of a unit and have not been answered."""

    unit: Named
    question: str
    asked_at: Shown
    due_at: Shown
    overdue: bool
    reminded_at: Shown | None


class RatingView(Answer):
    """What one petitioner said of one completion."""

    party: str = Field(description="该诉求人所报诉求的编号：本单或并入的")
    satisfaction: Named
    reason_code: Named | None = Field(None, description="不满意的原因；没有选的为空")
    reason: str
    rated_at: Shown
    by_officer: bool = Field(description="由信息员代录")


class MergedView(Answer):
    """A petition that became part of this case."""

    case_number: str
    registered_at: Shown
    left: bool = Field(description="其诉求人已撤出，不再是该事项的诉求人")
    petitioner: ContactView | None = Field(description="仅向必须联系诉求人的提供，同主单；已撤出的为空")


class PetitionHead(Answer):
    """A petition in a list: enough to choose what to do next."""

    id: str
    case_number: str
    version: int
    stage: Named
    unit: Named | None
    holder: Named | None
    category: Named | None
    sub_category: Named | None
    town: Named | None
    request_type: str
    urgency: str
    rung: int
    card: str
    returns: int
    transfers: int
    redos: int
    supervised: bool
    registered_at: Shown
    due_at: Shown | None
    due_provisional: bool
    wake_at: Shown | None
    wake_kind: str | None
    minutes_left: int | None = Field(description="距到期的工作分钟数，已逾期为负；期限内已交办结的为空")
    allowed_actions: list[str]


class PetitionDetail(PetitionHead):
    """A petition as its professional users see it."""

    text: str
    place: str
    longitude: float | None = Field(description="WGS-84 度")
    latitude: float | None = Field(description="WGS-84 度")
    given_longitude: float | None = Field(None, description="登记时所给的经度，坐标系见 crs")
    given_latitude: float | None = Field(None, description="登记时所给的纬度，坐标系见 crs")
    crs: str | None = Field(None, description="登记时写明的坐标系；早先登记的没有")
    location: str | None = Field(None, description="坐标所在的网格、镇街和最近点位，或在区外")
    geography_version: str | None = Field(None, description="据以定位的地理数据版本")
    channel: str
    closed_at: Shown | None
    merged_into: str | None
    policy_version: str
    petitioner: ContactView | None = Field(description="仅向必须联系诉求人的主办单位、派遣专席、信息员提供")
    assignments: list[AssignmentView]
    asked: list[AskView]
    completions: list[CompletionView]
    merged: list[MergedView] = Field(description="并入本单的各诉求")
    people: int = Field(description="该事项现有几位诉求人：本单和并入的，不含已撤出的；已并单的即主单的人数")
    ratings: list[RatingView] = Field(
        description="各诉求人历次评价；一人不满意即重办，否则待各人评价或评价期满，以最低的为准"
    )
    correctable_until: Shown | None = Field(None, description="最迟何时可以更正人工派遣，不计转派；不能更正的为空")
    candidates: list[dict[str, Any]] = Field(description="转人工派遣时，派遣引擎给出的备选单位及理由")


class QueueItem(PetitionHead):
    """One thing in a queue, with what has to be decided about it."""

    part: str | None = None
    duty: str = ""
    task_due_at: Shown | None = None
    outcome: str | None = Field(None, description="本单位任务已结束时的结果")
    changed_at: Shown
    place: str = Field("", description="诉求人所说的地点")
    opening: str = Field("", description="诉求内容的开头，供在列表中辨认")
    asked: AskView | None = None
    earlier: list[AskView] = Field([], description="该诉求此前的退单和延期申请")
    explanation: ExplanationView | None = Field(
        None, description="纪检监察要求说明而尚未说明的；本单位任务已结束的，仍须说明"
    )
    inspection: AskedOfUnit | None = Field(
        None, description="党委督查要求说明而尚未说明的；只给被要求的单位、党委督查、纪检监察和领导小组"
    )
    rectify_due_at: Shown | None = Field(None, description="责令整改而尚未核查的，整改的期限")


class Page(Answer):
    """A page of a queue; `next` is the cursor of the page after it, `as_of` the moment to ask from next time."""

    items: list[QueueItem]
    next: str | None
    as_of: Shown


class StepView(Answer):
    """One step of the way to a due date."""

    kind: str
    text: str


class ClockView(Answer):
    """A deadline that runs, and how it came about."""

    kind: Named
    unit: Named | None = Field(description="受此时限约束的单位；为空即当前责任人")
    due_at: Shown
    passed: bool
    minutes_left: int
    provisional: bool
    awaits: list[int]
    rule: str
    source: str
    then: str = Field(description="到期后平台自动执行的步骤")
    calendar_version: str
    steps: list[StepView]


class PauseView(Answer):
    """A stop of the handling clock."""

    started_at: Shown
    ended_at: Shown | None
    reason: str
    approved_by: str


class ExtensionView(Answer):
    """More time that was granted."""

    duration: str
    granted_at: Shown
    reason: str
    approved_by: str


class Clocks(Answer):
    """Every clock of a petition (时限说明)."""

    id: str
    case_number: str
    version: int
    as_of: Shown
    policy_version: str
    handling: ClockView | None = Field(description="办理时限；派遣前或暂停计时时为空")
    handling_met: bool = Field(description="承办单位已在办理时限内交办结，此后不算其逾期")
    excused_until: Shown | None = Field(description="扣除平台延误后的到期；承办单位在此前交办结即为按时，到期本身不变")
    deadlines: list[ClockView]
    assists: list[ClockView] = Field(description="尚未反馈的各协办单位的时限；暂停计时时为空")
    pauses: list[PauseView]
    extensions: list[ExtensionView]
    requests: list[AskView] = Field([], description="退单和延期申请：各到何时审定、逾期怎样、怎样审定的")
    allowed_actions: list[str]


class HistoryEntry(Answer):
    """One step of the ledger."""

    version: int
    at: Shown
    trigger: str
    label: str
    stage_before: str | None
    stage_after: str
    unit: Named | None
    rung: int
    actor_role: str
    actor_unit: str | None
    actor_name: str
    reason: str
    public: bool
    details: Particulars
    not_reported: list[Named] = Field([], description="主办提交办结时尚未报告的协办单位")
    digest: str


class History(Answer):
    """Every step of a petition that the caller may read, oldest first."""

    id: str
    case_number: str
    version: int
    entries: list[HistoryEntry]
    allowed_actions: list[str]


class ChainCheck(Answer):
    """Whether the history is as it was written; `broken_at` is the first version that is not."""

    intact: bool
    rows: int
    broken_at: int | None
