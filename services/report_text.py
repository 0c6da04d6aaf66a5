"""A report as people read it: Markdown, with the as-of time, the base and the definition beside each figure.

Nothing personal and no case number is in it, for it is shown in Prefect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.calendar import in_words
from domain.figures import AS_OF_RULE, COUNTS, LADDER, PERIOD_RULE, SHARES, UNIT_RULE, CountName, ShareName
from domain.measured import Measured, Selection
from domain.periods import PERIOD_LABELS, PeriodKind
from domain.policy import Policy
from domain.shares import VERDICT_LABELS, percent
from models.figure_answers import VISIT_COUNT_LABELS, DissatisfiedView, ShareView, VisitCountsView
from services.figure_views import name_of, ranks_of, total_view

MOST_MATTERS = 10
"""So many sub-categories are named as hot spots (our own decision)."""


@dataclass(frozen=True)
class Findings:
    """What a report tells of: how everything stands, the period, the one before it, and what people reported."""

    kind: PeriodKind
    selection: Selection
    standing: Measured
    period: Measured
    before: Measured
    matters: Measured
    dissatisfied: Sequence[DissatisfiedView]
    visits: VisitCountsView


def report_text(findings: Findings, policy: Policy) -> str:
    """The report as Markdown."""
    selection = findings.selection
    return "\n".join(
        [
            f"# {PERIOD_LABELS[findings.kind]}报 {selection.period}",
            "",
            f"截至 {in_words(selection.as_of)}(北京时间)，{policy.district}，规则版本 `{policy.version}`。",
            "",
            *_standing(findings, policy),
            *_shares(findings, policy),
            *_times(findings, policy),
            *_ranking(findings, policy),
            *_matters(findings, policy),
            *_verdicts(findings),
            "## 定义",
            "",
            f"- {PERIOD_RULE}{AS_OF_RULE}{UNIT_RULE}",
            *(f"- **{item.chinese}** {item.base}" for name, item in COUNTS.items() if name not in LADDER[1:]),
            *(f"- **{item.chinese}** 分母：{item.base}；分子：{item.numerator}" for item in SHARES.values()),
            "",
        ]
    )


def _standing(findings: Findings, policy: Policy) -> Iterator[str]:
    names = (CountName.OPEN, CountName.OVERDUE, CountName.YELLOW, CountName.RED, CountName.SUPERVISED)
    standing, total = findings.standing, total_view(findings.standing, policy)
    yield from _heading("现状：历来登记的，截至时刻", "单位", *(COUNTS[name].chinese for name in names))
    yield _row("合计", *(total.counts[name] for name in names))
    for group in standing.groups:
        counts = [standing.count(group, name) for name in names]
        if any(counts):
            yield _row(name_of(standing.by, group, policy), *counts)
    yield ""


def _shares(findings: Findings, policy: Policy) -> Iterator[str]:
    now, before = total_view(findings.period, policy), total_view(findings.before, policy)
    yield from _heading("时段内登记的，与上一时段登记的", "指标", "本期", "上期")
    yield _row(COUNTS[CountName.REGISTERED].chinese, now.counts["registered"], before.counts["registered"])
    for mine, former in zip(now.shares, before.shares, strict=True):
        yield _row(SHARES[ShareName(mine.figure)].chinese, _told(mine), _told(former))
    yield ""
    yield f"率后为分子/基数和{policy.figure_rules.confidence:.0%}区间；上期也按本期的截至时刻计算。"
    yield ""


def _told(view: ShareView) -> str:
    if view.low is None or view.high is None:
        return view.shown
    return f"{view.shown} ({view.numerator}/{view.base}，{view.low:.1%}至{view.high:.1%})"


def _times(findings: Findings, policy: Policy) -> Iterator[str]:
    total = total_view(findings.period, policy)
    yield from _heading("各阶段用时(小时)", "阶段", "停留次数", "中位数", "第90百分位")
    for item in total.times:
        yield _row(item.stage.name, item.stays, f"{item.median_hours:.1f}", f"{item.ninetieth_hours:.1f}")
    yield ""


def _ranking(findings: Findings, policy: Policy) -> Iterator[str]:
    measured, decimals = findings.period, policy.figure_rules.decimals
    for name, ranked in ranks_of(measured, policy).items():
        places = [(item.rank, group, item) for group, item in ranked.items() if item.rank is not None]
        if not places:
            continue
        yield from _heading(f"排名：{SHARES[name].chinese}", "位次", "单位", "实际", "应有", "与应有相比")
        for rank, group, item in sorted(places, key=lambda place: (place[0], place[1] or "")):
            actual, should = (percent(value or Fraction(), decimals) for value in (item.share.value, item.expected))
            place = f"{rank}(并列)" if item.tied else rank
            told = f"{actual} ({item.share.numerator}/{item.share.base}，{item.low:.1%}至{item.high:.1%})"
            yield _row(place, name_of(measured.by, group, policy), told, should, VERDICT_LABELS[item.verdict])
        yield ""
    yield f"基数不足{policy.figure_rules.least_cases}的单位不排名。"
    yield ""


def _matters(findings: Findings, policy: Policy) -> Iterator[str]:
    matters = findings.matters
    yield from _heading("热点：登记最多的小类", "小类", "登记")
    for group in matters.groups[:MOST_MATTERS]:
        yield _row(name_of(matters.by, group, policy), matters.count(group, CountName.REGISTERED))
    yield ""


def _verdicts(findings: Findings) -> Iterator[str]:
    yield from _heading("不满意的原因：时段内登记的", "原因", "次数")
    for item in findings.dissatisfied:
        yield _row(item.reason.name, item.ratings)
    yield _row("合计", sum(item.ratings for item in findings.dissatisfied))
    yield ""
    counts = findings.visits.model_dump()
    yield from _heading("回访：时段内登记的", *(VISIT_COUNT_LABELS[name] for name in counts))
    yield _row(*counts.values())
    yield ""


def _heading(title: str, *columns: str) -> Iterable[str]:
    return (f"## {title}", "", _row(*columns), "|" + "---|" * len(columns))


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
