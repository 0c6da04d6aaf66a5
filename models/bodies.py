"""The bodies of the API's requests, checked: field names as clients write them, examples as the documentation shows."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.petition import Satisfaction
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from models.shapes import Line, Reason, Shape, Words

MAX_TERM = 365
"""The longest term a decision may set, in its own unit: beyond a year it is no deadline (our own decision)."""

Code = Annotated[str, Field(min_length=1, max_length=60, pattern="^[a-z0-9-]+$", examples=["municipal-parks"])]
"""The code of a unit, a category or a sub-category; whether there is one, the policy says."""


class NothingIn(Shape):
    """A step that needs no words: no body, or an empty object."""


class ReasonIn(Shape):
    """A decision that must be explained."""

    reason: Reason = Field(examples=["涉及多个部门职责，需专题研判"])


class HoldIn(Shape):
    """Whether the identity is to be kept, and why or why no longer."""

    held: bool = Field(examples=[True])
    reason: Reason = Field(examples=["诉求人已就该事项提起行政诉讼"])


class OptionalReasonIn(Shape):
    """A step that may be explained."""

    reason: Words = Field("", examples=["问题已自行解决"])


class IdentityIn(Shape):
    """What a petitioner's identity is read for; `case_number` names a petition that was merged into this one."""

    purpose: Code = Field(examples=["contact"])
    words: Reason = Field(examples=["电话核实灯杆编号"])
    case_number: Line | None = Field(None, examples=["SZ-20260302-00017"])


class NoteIn(Shape):
    """Progress; `public` puts it into the petitioner's timeline."""

    text: Reason = Field(examples=["已到现场查看，待备件到货"])
    public: bool = Field(False, examples=[True])


class ReportIn(Shape):
    """What an assisting unit did, or a supervised unit has to say."""

    text: Reason = Field(examples=["已移交竣工图纸"])


class ReturnIn(Shape):
    """Why the petition is not this unit's duty, whose it is, and where that is written: in the list, or not in it."""

    reason: Reason = Field(examples=["该路段尚未移交，不属本单位管养"])
    proposed_unit: Code = Field(description="建议承办单位的代码", examples=["housing"])
    basis: Reason = Field(description="职责依据(三定方案条款)", examples=["区住建局三定方案第三条第(五)项"])
    duty: Code | None = Field(None, description="职责清单中建议单位牵头的小类", examples=["unhanded-road"])
    not_listed: Annotated[bool, Field(strict=True, description="职责清单未列，凭 basis 说明")] = False

    @model_validator(mode="after")
    def _says_where_it_is_written(self) -> Self:
        if (self.duty is not None) == self.not_listed:
            raise ValueError("职责清单已列的填写 duty(小类代码)，未列的写明 not_listed: true，二者必居其一")
        return self


class ExtensionIn(Shape):
    """A request for more working days."""

    amount: Annotated[int, Field(strict=True, ge=1, le=MAX_TERM, description="工作日", examples=[5])]
    reason_code: Code = Field(description="延期事由，见规则 extension_reasons", examples=["procurement"])
    reason: Reason = Field(examples=["需采购专用灯杆"])


class ExclusionIn(Shape):
    """Why a completion should not be assessed, and what shows it."""

    reason_code: Code = Field(description="情形，见规则 exclusion_reasons", examples=["judicial"])
    evidence: Reason = Field(
        description="凭据：文书、文号、告知时间等；材料先作为附件上传",
        examples=["区法院(2026)测1号判决，3月4日已书面告知"],
    )
    files: list[Annotated[str, Field(pattern="^[0-9a-f-]{36}$")]] = Field(
        [], max_length=20, description="证明材料：本单位为本件上传的附件的 id"
    )


class SignaturesIn(Shape):
    """Petitions to sign for."""

    ids: Annotated[
        list[Annotated[str, Field(pattern="^[0-9a-f-]{36}$")]],
        Field(min_length=1, max_length=200, examples=[["3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11"]]),
    ]


class DispatchIn(Shape):
    """The desk's choice of a unit, with the category where it was wrong or missing."""

    unit: Code
    reason: Reason = Field(examples=["路灯养护属市政园林"])
    category: Code | None = Field(None, examples=["municipal"])
    sub_category: Code | None = Field(None, description="小类；只给小类时分类随之", examples=["street-light-out"])


class RedispatchIn(Shape):
    """Another unit, and why, with the matter where it was wrong."""

    unit: Code
    reason: Reason = Field(examples=["权属已查明，归镇街管理"])
    category: Code | None = Field(None, examples=["municipal"])
    sub_category: Code | None = Field(None, description="小类；只给小类时分类随之", examples=["street-light-pole"])


class GrantIn(Shape):
    """Granted or refused, and why."""

    granted: Annotated[bool, Field(strict=True, examples=[True])]
    reason: Reason = Field(examples=["依据充分，同意"])


class ApproveIn(Shape):
    """Let a completion pass, or send it back."""

    approved: Annotated[bool, Field(strict=True, examples=[True])]
    reason: Reason = Field(examples=["答复完整，予以通过"])


class MergeIn(Shape):
    """The case this one is merged into."""

    into: Annotated[
        str,
        Field(pattern="^[0-9a-f-]{36}$", description="主单的 id", examples=["3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11"]),
    ]
    reason: Reason = Field(examples=["与主单反映同一路段路灯"])


class NotSameIn(Shape):
    """A case that was proposed as the same matter and is another one."""

    other: Annotated[
        str,
        Field(pattern="^[0-9a-f-]{36}$", description="对方的 id", examples=["3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11"]),
    ]
    reason: Reason = Field(examples=["同一条路，但不是同一盏灯"])


class CategoryIn(Shape):
    """The right category, sub-category, or both."""

    category: Code | None = Field(None, examples=["municipal"])
    sub_category: Code | None = Field(None, description="小类；只给小类时分类随之", examples=["street-light-out"])
    reason: Reason = Field(examples=["实为市政设施问题"])


class TermIn(Shape):
    """A length of time in its own unit."""

    amount: Annotated[int, Field(strict=True, ge=1, le=MAX_TERM, examples=[3])]
    unit: TimeUnit = TimeUnit.WORKING_DAYS

    def duration(self) -> Duration:
        """The domain's value of the same meaning."""
        return Duration(self.amount, self.unit)


class TaskIn(Shape):
    """What a review gives one unit to do, and how long it has."""

    unit: Code
    duty: Reason = Field(examples=["抢修广济路路灯并恢复照明"])
    term: TermIn


class AssignmentIn(Shape):
    """A review's decision: one lead, at most ten assisting units."""

    lead: TaskIn
    assists: list[TaskIn] = Field([], max_length=10)
    reason: Reason = Field(examples=["6月17日现场会议决定"])


class LeaderIn(Shape):
    """To which leader in charge, and why."""

    leader: Code = Field(description="领导小组成员代码", examples=["leader-construction"])
    reason: Reason = Field(examples=["涉及道路移交，请分管城建的领导决定"])


class RatingIn(Shape):
    """The petitioner's verdict; whoever is dissatisfied says why: by a reason of the list, in words, or both."""

    satisfaction: Satisfaction
    reason_code: Code | None = Field(
        None, description="不满意的原因，见规则 dissatisfied_reasons；other 须写明", examples=["not-solved"]
    )
    reason: Words = Field("", examples=["路灯仍有三盏不亮"])


class ReopenIn(Shape):
    """Why an archived case has to be taken up again."""

    reason_code: Code = Field(description="原因，见规则 reopen_reasons；other 须写明", examples=["came-back"])
    reason: Words = Field("", examples=["修好三天后又不亮了"])


class SupplementIn(Shape):
    """What was missing."""

    text: Reason = Field(examples=["路灯编号为 GJ-017 至 GJ-021"])
    place: Line = Field("", examples=["广济路与解放路交叉口东"])


class RecusalIn(Shape):
    """A unit or an account that the petition is about, or that is too near to it; exactly one of the two."""

    unit: Code | None = Field(None, description="被反映单位的代码", examples=["housing"])
    account: Annotated[str, Field(min_length=1, max_length=120)] | None = Field(
        None, description="应当回避的账号(历史中的经办人名)；本人回避请提交 own-recusal"
    )
    reason: Reason = Field(examples=["来信反映该单位工作人员收受好处"])

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.unit is None) == (self.account is None):
            raise ValueError("单位(unit)与账号(account)须填写其一")
        return self


class LiftIn(Shape):
    """A recusal that was mistaken, by its number."""

    number: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1, examples=[1])]
    reason: Reason = Field(examples=["核实后并非反映该单位"])


class DemandIn(Shape):
    """A written explanation is demanded within a term."""

    question: Reason = Field(examples=["请说明三次退单的理由和依据"])
    term: TermIn | None = Field(None, description="不填按规则(supervision.explanation、supervision.answer)")

    def duration(self) -> Duration | None:
        """The term that was set; `None`: that of the policy."""
        return self.term.duration() if self.term else None


class DispositionIn(Shape):
    """How the inspectors conclude; where a fault is tolerated on which ground, where it is put right until when."""

    disposition: Disposition
    opinion: Reason = Field(examples=["责令三日内整改并报告结果"])
    ground: Code | None = Field(None, description="容错的情形，见 policy/supervision.yaml；只有容错填写")
    term: TermIn | None = Field(None, description="责令整改的期限，不填按规则；只有责令整改填写")


class RectifiedIn(Shape):
    """Whether what was ordered was put right."""

    done: Annotated[bool, Field(strict=True, examples=[True])]
    opinion: Reason = Field(examples=["现场核查，路灯已全部恢复"])
