"""The shapes of the files in `policy/`: what may stand where.

What one file says of another is checked in `gateways.policy_checks`. Reasons are Chinese, because whoever edits the
rules reads them.
"""

from __future__ import annotations

import datetime as dt
import re
import string
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from domain.conduct import DEADLINE_LABELS, DECIDED_KINDS, DeadlineKind, Limit, Origin, RequestType, Urgency
from domain.durations import MAX_AMOUNT
from domain.notices import CONCERNING, FOLLOWED, PUBLISHING, Audience
from domain.stages import TRIGGER_LABELS, Trigger
from domain.workdays import TimeUnit

PLACEHOLDERS = frozenset(
    {"case_number", "stage", "unit", "due", "due_before", "trigger", "query_code", "concerned", "until", "published"}
)
"""The facts a notice may name, as `services.notices` fills them in: no petition text, no name, no free reason."""
PETITIONER_PLACEHOLDERS = frozenset({"query_code"})
EXTENSION_PLACEHOLDERS = frozenset({"due_before"})
CONCERNED_PLACEHOLDERS = frozenset({"concerned", "until"})
PUBLISHED_PLACEHOLDERS = frozenset({"published"})

CODE = r"[a-z0-9]+(-[a-z0-9]+)*"
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
# Cards stand at whole working days from the deadline; an extension is asked for in working days.
_IN_WORKING_DAYS = (DeadlineKind.YELLOW_CARD, DeadlineKind.RED_CARD, DeadlineKind.EXTENSION_LIMIT)


def _clock_time(value: object) -> dt.time:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError('应为带引号的时刻，如 "21:00"')
    return dt.time.fromisoformat(value)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Code = Annotated[str, StringConstraints(pattern=f"^{CODE}$", max_length=40)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
Weight = Annotated[float, Field(strict=True, gt=0, le=100, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1, le=100)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=100_000)]
ClockTime = Annotated[dt.time, BeforeValidator(_clock_time)]


class Shape(BaseModel):
    """A part of a policy file; unknown fields are mistakes, not extras."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Shape):
    """Whatever carries its source beside it."""

    origin: Origin
    source: Text


class DistrictFile(Shape):
    """`district.yaml`."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]*$", max_length=24)]
    name: Text
    case_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,8}$")]


class Conditional(Sourced):
    """A rule for some petitions; without a condition it applies to every one."""

    urgencies: tuple[Urgency, ...] = ()
    request_types: tuple[RequestType, ...] = ()
    categories: tuple[Code, ...] = ()

    @property
    def is_general(self) -> bool:
        """Whether it applies to every petition."""
        return not (self.urgencies or self.request_types or self.categories)


class DeadlineShape(Conditional):
    """One rule of `deadlines.yaml`; with a condition it is an exception and says its priority."""

    id: Code
    kind: DeadlineKind
    amount: Annotated[int, Field(strict=True, ge=1, le=MAX_AMOUNT)]
    unit: TimeUnit
    priority: Count | None = None

    @field_validator("kind")
    @classmethod
    def _is_a_matter_of_rules(cls, kind: DeadlineKind) -> DeadlineKind:
        if kind in DECIDED_KINDS:
            raise ValueError(f"{DEADLINE_LABELS[kind]}由{DECIDED_KINDS[kind]}逐件确定，不能写成规则")
        return kind

    @model_validator(mode="after")
    def _has_priority(self) -> Self:
        if self.is_general and self.priority is not None:
            raise ValueError("通用规则(没有条件)不写 priority")
        if not self.is_general and self.priority is None:
            raise ValueError("有条件的规则必须写明 priority")
        if self.kind in _IN_WORKING_DAYS and self.unit is not TimeUnit.WORKING_DAYS:
            raise ValueError(f"{DEADLINE_LABELS[self.kind]}只能按工作日计(unit: working_days)")
        if self.kind is DeadlineKind.RED_CARD and self.amount != 1:
            raise ValueError("红牌只能在到期后的第一个工作日(amount: 1)")
        return self


class DeadlinesFile(Shape):
    """`deadlines.yaml`."""

    rules: tuple[DeadlineShape, ...]


class CountShape(Sourced):
    """A number of times."""

    value: Count


class LimitExceptionShape(Conditional):
    """Another count for some petitions."""

    id: Code
    limit: Limit
    value: Count
    priority: Count

    @model_validator(mode="after")
    def _has_a_condition(self) -> Self:
        if self.is_general:
            raise ValueError("例外须写明条件(urgencies、request_types 或 categories)；通用的数写在上面")
        return self


class SwitchShape(Sourced):
    """A rule that holds; it is listed so that its source is."""

    value: Annotated[bool, Field(strict=True)]

    @field_validator("value")
    @classmethod
    def _holds(cls, value: bool) -> bool:  # noqa: FBT001 - Pydantic calls it
        if not value:
            raise ValueError("目前不支持关闭此项，只能为 true")
        return value


class LadderFile(Shape):
    """`ladder.yaml`."""

    return_limit: CountShape
    transfer_limit: CountShape
    redo_limit: CountShape
    extension_limit: CountShape
    designated_may_not_return: SwitchShape
    exceptions: tuple[LimitExceptionShape, ...] = ()

    def figures(self) -> dict[str, CountShape | SwitchShape]:
        """What holds in general, by its name."""
        return {name: shape for name, shape in self if isinstance(shape, CountShape | SwitchShape)}


class WeightShape(Sourced):
    """A score."""

    value: Weight


class ShareShape(Sourced):
    """A share of something, from nothing to all of it."""

    value: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


class WeightsShape(Sourced):
    """What a word of each class weighs: of this matter alone, telling, said of many things, of the field of life."""

    special: Weight
    telling: Weight
    general: Weight
    context: Weight


class WeighingShape(Sourced):
    """How much a word says by where and how often it stands; letters, and factors of its weight."""

    opening: Annotated[int, Field(strict=True, ge=0, le=200)]
    opening_factor: Annotated[float, Field(strict=True, ge=1, le=10, allow_inf_nan=False)]
    repeat_gain: Annotated[float, Field(strict=True, ge=0, le=10, allow_inf_nan=False)]
    denials: tuple[Word, ...]
    beside: tuple[Word, ...]


class ReadingShape(Sourced):
    """How texts are read, and which of them nobody is sent by; `longest` and `many` in letters."""

    longest: Annotated[int, Field(strict=True, ge=100, le=1_000_000)]
    most_broken: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
    many: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    least_varied: Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]


class WordsShape(Sourced):
    """A list of words."""

    words: tuple[Word, ...]


class DispatchFile(Shape):
    """`dispatch.yaml`."""

    threshold: WeightShape
    margin: WeightShape
    margin_share: ShareShape
    proposal_weight: WeightShape
    weights: WeightsShape
    weighing: WeighingShape
    reading: ReadingShape


class QuietHoursShape(Sourced):
    """When only urgent notices go out; `starts` after `ends` spans midnight."""

    starts: ClockTime
    ends: ClockTime
    timezone: Annotated[str, StringConstraints(pattern=r"^Asia/Shanghai$")]


class BackOffShape(Sourced):
    """The waits in minutes after failed attempts."""

    minutes: Annotated[tuple[Minutes, ...], Field(min_length=1)]


class NoticeShape(Shape):
    """One line of the notice matrix."""

    id: Code
    trigger: Trigger
    audiences: Annotated[tuple[Audience, ...], Field(min_length=1)]
    title: Text
    body: Text
    urgent: Annotated[bool, Field(strict=True)] = False
    urgencies: tuple[Urgency, ...] = ()

    @field_validator("title", "body")
    @classmethod
    def _names_known_facts(cls, text: str) -> str:
        if unknown := sorted(placeholders(text) - PLACEHOLDERS):
            raise ValueError(f"未知的占位符：{'、'.join(f'{{{name}}}' for name in unknown)}")
        return text

    @model_validator(mode="after")
    def _keeps_the_query_code_to_the_petitioner(self) -> Self:
        secret = (placeholders(self.title) | placeholders(self.body)) & PETITIONER_PLACEHOLDERS
        if secret and set(self.audiences) != {Audience.PETITIONER}:
            raise ValueError("{query_code} 只能出现在仅发给诉求人(petitioner)的通知里")
        return self

    @model_validator(mode="after")
    def _names_a_unit_only_where_one_is_concerned(self) -> Self:
        named = (placeholders(self.title) | placeholders(self.body)) & CONCERNED_PLACEHOLDERS
        if (named or Audience.CONCERNED in self.audiences) and self.trigger not in CONCERNING:
            label = TRIGGER_LABELS[self.trigger]
            raise ValueError(f"{label}没有另外相关的单位，不能发给 concerned，也不能用 {{concerned}} {{until}}")
        return self

    @model_validator(mode="after")
    def _tells_outlets_only_what_they_see(self) -> Self:
        label = TRIGGER_LABELS[self.trigger]
        if Audience.OUTLETS in self.audiences and self.trigger not in FOLLOWED:
            raise ValueError(f"{label}不是媒体跟踪得到的步骤，不能发给 outlets")
        named = (placeholders(self.title) | placeholders(self.body)) & PUBLISHED_PLACEHOLDERS
        if named and self.trigger not in PUBLISHING:
            raise ValueError(f"{label}没有公开编号，不能用 {{published}}")
        return self

    @model_validator(mode="after")
    def _names_a_former_date_only_where_one_moved(self) -> Self:
        named = (placeholders(self.title) | placeholders(self.body)) & EXTENSION_PLACEHOLDERS
        if named and self.trigger is not Trigger.GRANT_EXTENSION:
            raise ValueError("{due_before} 只能用于同意延期(grant_extension)：此外没有哪一步改变到期时间")
        return self


class NoticesFile(Shape):
    """`notices.yaml`."""

    quiet_hours: QuietHoursShape
    back_off: BackOffShape
    rules: tuple[NoticeShape, ...]


def placeholders(text: str) -> set[str]:
    """The names in braces. Raises ValueError (Chinese) for a stray brace and for anything but a plain name."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError("花括号不成对") from error
    for _, name, spec, conversion in parts:
        if name is not None and (spec or conversion or not re.fullmatch(r"[a-z_]+", name)):
            raise ValueError(f"占位符只能写成 {{名称}}，不能写成 {{{name}…}}")
    return {name for _, name, _, _ in parts if name is not None}
