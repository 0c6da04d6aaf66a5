"""What is measured, each figure with its one definition. `docs/figures.md` is made of this, and every report shows it.

The words are the definition; `services.figure_tables` holds the same in SQL, and the tests hold one to the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PERIOD_RULE = "一件诉求属于其登记时刻(北京时间)所在的时段，办到哪一时段都不变；时段含首日和末日。"
AS_OF_RULE = (
    "一律按截至时刻计算：只看此刻以前写入台账历史的事，以及诉求在此刻的阶段、单位、镇街、分类、亮牌和到期时间。"
    "历史只增不改，所以以后再按同一截至时刻计算，数不会变。"
)
AS_OF_LIMITS = (
    "两处例外：截至时刻在一分钟之内的，正在写入的事可能尚未计入；"
    "数据库升级(迁移 0009)以前写下的历史没有记当时的镇街、分类、亮牌和时限，分类、镇街、亮牌和到期取现状，"
    "按时签收、按时办结不计这些件。"
)
UNIT_RULE = (
    "以件计的，归截至时刻承办或办结该件的单位，尚未派出或已退回待派的归“（还没有承办单位）”；"
    "以次计的，归当次接受派遣的单位；以停留计的，归进入该阶段时的承办单位。"
)


class Counted(StrEnum):
    """What the base of a figure is made of (计数对象)."""

    CASES = "cases"
    TASKS = "tasks"
    STAYS = "stays"


COUNTED_LABELS = {
    Counted.CASES: "件：登记在时段内的诉求",
    Counted.TASKS: "次：诉求每派给一个单位主办(派遣、改派、更正派遣、研判交办、重办)为一次",
    Counted.STAYS: "停留：诉求从进入一个阶段到下一次移动为一次停留",
}


class CountName(StrEnum):
    """Figures that are a number of cases."""

    REGISTERED = "registered"
    OPEN = "open"
    OVERDUE = "overdue"
    YELLOW = "yellow"
    RED = "red"
    SUPERVISED = "supervised"
    MEDIA_TRACKED = "media_tracked"
    EXPOSED = "exposed"
    CLIMBED_TO_YELLOW = "climbed_to_yellow"
    CLIMBED_TO_RED = "climbed_to_red"
    CLIMBED_TO_FIRST_REVIEW = "climbed_to_first_review"
    CLIMBED_TO_SECOND_REVIEW = "climbed_to_second_review"
    CLIMBED_TO_SUPERVISION = "climbed_to_supervision"
    EXCLUDED = "excluded"


LADDER = (
    CountName.REGISTERED,
    CountName.CLIMBED_TO_YELLOW,
    CountName.CLIMBED_TO_RED,
    CountName.CLIMBED_TO_FIRST_REVIEW,
    CountName.CLIMBED_TO_SECOND_REVIEW,
    CountName.CLIMBED_TO_SUPERVISION,
)
"""How high cases climbed; each is a part of the one before, so that they make a funnel."""


class ShareName(StrEnum):
    """Figures that are a share."""

    RESPONSE = "response"
    ON_TIME_SIGNING = "on_time_signing"
    ON_TIME_COMPLETION = "on_time_completion"
    COMPLETION = "completion"
    SUPERVISED_COMPLETION = "supervised_completion"
    MEDIA_COMPLETION = "media_completion"
    MEDIA_REPLY = "media_reply"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"
    ASSESSED_SATISFACTION = "assessed_satisfaction"
    RETURN = "return"
    REDO = "redo"


class TimeName(StrEnum):
    """Figures that are a time."""

    STAGE_TIME = "stage_time"


FigureName = CountName | ShareName | TimeName


@dataclass(frozen=True)
class Definition:
    """What a figure counts, of what, and what it leaves out; in Chinese, because people are measured by it."""

    chinese: str
    english: str
    counted: Counted
    base: str
    source: str
    numerator: str = ""
    excluded: str = ""
    more_is_better: bool = True


_OWN = "自定"

_LADDER = {
    name: Definition(
        chinese,
        english,
        Counted.CASES,
        f"截至时刻{reached}、或到过其上各级的，后来退下的也算",
        _OWN,
        more_is_better=False,
    )
    for name, chinese, english, reached in (
        (CountName.CLIMBED_TO_YELLOW, "到过黄牌", "climbed to a yellow card", "亮过黄牌"),
        (CountName.CLIMBED_TO_RED, "到过红牌", "climbed to a red card", "亮过红牌"),
        (CountName.CLIMBED_TO_FIRST_REVIEW, "到过一级研判", "climbed to the first review", "提级到过一级研判"),
        (CountName.CLIMBED_TO_SECOND_REVIEW, "到过二级研判", "climbed to the second review", "提级到过二级研判"),
        (CountName.CLIMBED_TO_SUPERVISION, "到过督办", "climbed to supervision", "立过督办件"),
    )
}

COUNTS: dict[CountName, Definition] = {
    CountName.REGISTERED: Definition("登记", "registered", Counted.CASES, "时段内登记的全部诉求", _OWN),
    CountName.OPEN: Definition("未结", "open", Counted.CASES, "截至时刻尚未归档、不予受理、并单、撤回、终止的", _OWN),
    CountName.OVERDUE: Definition(
        "逾期",
        "overdue",
        Counted.CASES,
        "截至时刻仍在办理、已过办理时限的",
        f"{_OWN}，与逾期清单同一规则",
        excluded="时限内已申请办结、只等审核的；因诉求人不满意提级、单位已按时办过的；时限正暂停的",
        more_is_better=False,
    ),
    CountName.YELLOW: Definition(
        "黄牌", "yellow cards", Counted.CASES, "截至时刻仍在办理、亮着黄牌的", _OWN, more_is_better=False
    ),
    CountName.RED: Definition(
        "红牌", "red cards", Counted.CASES, "截至时刻仍在办理、亮着红牌的", _OWN, more_is_better=False
    ),
    CountName.SUPERVISED: Definition(
        "督办中", "supervised", Counted.CASES, "截至时刻督办件已立而未了结的", _OWN, more_is_better=False
    ),
    CountName.MEDIA_TRACKED: Definition(
        "媒体跟踪", "followed by the media", Counted.CASES, "截至时刻列入过媒体跟踪的", "区报：媒体跟踪监督699件"
    ),
    CountName.EXPOSED: Definition(
        "公开曝光",
        "exposed",
        Counted.CASES,
        "截至时刻公开曝光过的",
        f"{_OWN}，区报写公开曝光督促解决，未列件数",
        excluded="曝光后已更正的",
        more_is_better=False,
    ),
    **_LADDER,
    CountName.EXCLUDED: Definition(
        "不纳入评价",
        "not assessed",
        Counted.CASES,
        "截至时刻末次办结经审定不纳入评价的",
        f"{_OWN}，情形见 verdict.yaml",
        excluded="审定后又重办或提级、再次办结的，须另行申请",
        more_is_better=False,
    ),
}

SHARES: dict[ShareName, Definition] = {
    ShareName.RESPONSE: Definition(
        "响应率",
        "response rate",
        Counted.CASES,
        base="截至时刻已办结(含回访、评价、归档)的",
        numerator="其中办结凭据载明已与诉求人联系的",
        excluded="未办结的，尚无凭据；匿名而无从联系的仍计入基数，凭据写明原因",
        source="北京市接诉即办工作条例第三十二条列有响应率，未见其算法；此处算法自定",
    ),
    ShareName.ON_TIME_SIGNING: Definition(
        "按时签收率",
        "on-time signing",
        Counted.TASKS,
        base="截至时刻已签收、或签收时限已过而未签收的各次派遣",
        numerator="其中在签收时限内签收的；申请退单、直接申请办结，先到者视同签收",
        excluded="时限未到而尚未签收的；时限未到就已改派、退回、提级、并单、撤回、终止的；派错后更正的",
        source="巴彦淖尔(据报道)列有按时签收率；算法自定",
    ),
    ShareName.ON_TIME_COMPLETION: Definition(
        "按时办结率",
        "on-time completion",
        Counted.CASES,
        base="截至时刻已办结的，和仍在办理而已逾期的",
        numerator="已办结而末次申请办结在办理时限之内的；延期、暂停、重办和研判另定的时限照算",
        excluded="时限未到或时限内申请、等候审核的；不予受理、并单、撤回、终止的",
        source="巴彦淖尔(据报道)列有按时办结率；算法自定，时限换单位不重算",
    ),
    ShareName.COMPLETION: Definition(
        "办结率",
        "completion rate",
        Counted.CASES,
        base="时段内登记的诉求",
        numerator="截至时刻已办结(含回访、评价、归档)的",
        excluded="不予受理、并入他案、诉求人撤回、终止办理的",
        source="区报：媒体跟踪699件办结率99.28%，即办结件数除以件数；不计哪些系自定",
    ),
    ShareName.SUPERVISED_COMPLETION: Definition(
        "督办件办结率",
        "completion of supervised cases",
        Counted.CASES,
        base="时段内登记、截至时刻立过督办件的",
        numerator="其中截至时刻已办结(含回访、评价、归档)的，督办件了结与否都算",
        excluded="没有立过督办件的；不予受理、并入他案、诉求人撤回、终止办理的",
        source="区报：2021年以来督办1238件，办结1232件，办结率99.5%",
    ),
    ShareName.MEDIA_COMPLETION: Definition(
        "媒体跟踪件办结率",
        "completion of cases followed by the media",
        Counted.CASES,
        base="时段内登记、截至时刻列入过媒体跟踪的",
        numerator="其中截至时刻已办结(含回访、评价、归档)的，跟踪结束与否都算",
        excluded="没有列入过媒体跟踪的；不予受理、并入他案、诉求人撤回、终止办理的",
        source="区报：媒体跟踪监督699件，办结率99.28%，即694件",
    ),
    ShareName.MEDIA_REPLY: Definition(
        "曝光按时答复率",
        "replies to exposures in time",
        Counted.CASES,
        base="截至时刻征求过曝光答复，且末次征求已答复或已逾期的",
        numerator="其中末次征求在期限内答复的",
        excluded="期限未到而尚未答复的",
        source="自定，期限见 media.yaml",
    ),
    ShareName.RESOLUTION: Definition(
        "解决率",
        "resolution rate",
        Counted.CASES,
        base="截至时刻已办结的",
        numerator="其中办结凭据载明问题已解决、并经审核通过的",
        excluded="未办结的；办结而无凭据的",
        source="北京市接诉即办工作条例第三十二条列有解决率，未见其算法；以审核通过的凭据为准系自定",
    ),
    ShareName.SATISFACTION: Definition(
        "满意率",
        "satisfaction",
        Counted.CASES,
        base="截至时刻诉求人已评价的",
        numerator="末次评价为满意或基本满意的",
        excluded="未评价的，既不算满意也不算不满意；经审定不纳入评价的仍计入，另有满意率(纳入评价)",
        source="区报：满意、基本满意、不满意三级评价；末次评价为准、未评价不计系自定",
    ),
    ShareName.ASSESSED_SATISFACTION: Definition(
        "满意率(纳入评价)",
        "satisfaction of what is assessed",
        Counted.CASES,
        base="截至时刻诉求人已评价、且未经审定不纳入评价的",
        numerator="末次评价为满意或基本满意的",
        excluded="未评价的；末次办结经审定不纳入评价的",
        source="自定。与满意率并列，两者之差即不纳入评价的影响",
    ),
    ShareName.RETURN: Definition(
        "退单率",
        "return rate",
        Counted.TASKS,
        base="各次派遣、改派和更正派遣",
        numerator="其中承办单位申请过退单的，同意与否都算",
        excluded="研判交办和重办，规则不许退单；派错后更正的",
        source="榆林(据报道)列有回退率；算法自定",
        more_is_better=False,
    ),
    ShareName.REDO: Definition(
        "重办率",
        "redo rate",
        Counted.CASES,
        base="截至时刻至少有一次办结经审核通过的",
        numerator="其中因诉求人不满意而重办的",
        excluded="从未办结的；审核未通过、退回补办的不算重办",
        source="巴彦淖尔(据报道)列有发回重办率；算法自定",
        more_is_better=False,
    ),
}

TIMES: dict[TimeName, Definition] = {
    TimeName.STAGE_TIME: Definition(
        "各阶段用时",
        "time per stage",
        Counted.STAYS,
        base="截至时刻已经结束的停留，取中位数和第90百分位；按自然时间，含夜间、假日和暂停",
        excluded="还没有结束的停留，所以刚开始的时段偏短；各件终了后的阶段",
        source="自定。百分位取最近名次：从短到长排在第⌈n×p⌉位的那一次，不插值",
        more_is_better=False,
    )
}

DEFINITIONS: dict[FigureName, Definition] = {
    name: definition for part in (COUNTS, SHARES, TIMES) for name, definition in part.items()
}
EVERY_FIGURE = frozenset(DEFINITIONS)
OF_CASES = frozenset(name for name, definition in DEFINITIONS.items() if definition.counted is Counted.CASES)


class Grouping(StrEnum):
    """By what figures are told apart (分组)."""

    UNIT = "unit"
    TOWN = "town"
    CATEGORY = "category"
    SUB_CATEGORY = "sub_category"
    CHANNEL = "channel"
    GRID = "grid"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


NO_GROUP = "none"
"""What is asked for where there is no unit, town …: the cases that no group has."""

PERIOD_GROUPINGS = (Grouping.DAY, Grouping.WEEK, Grouping.MONTH)
"""Told apart by when they were registered (走势), the earliest first; each group is named by its first day."""

GROUPING_LABELS = {
    Grouping.UNIT: "承办单位",
    Grouping.TOWN: "镇街",
    Grouping.CATEGORY: "大类",
    Grouping.SUB_CATEGORY: "小类",
    Grouping.CHANNEL: "来源渠道",
    Grouping.GRID: "网格",
    Grouping.DAY: "登记日",
    Grouping.WEEK: "登记周",
    Grouping.MONTH: "登记月",
}
