"""Figures as answers: names beside codes, percentages beside numbers, and the definition of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from domain.figures import (
    AS_OF_LIMITS,
    AS_OF_RULE,
    COUNTED_LABELS,
    DEFINITIONS,
    GROUPING_LABELS,
    NO_GROUP,
    PERIOD_RULE,
    SHARES,
    UNIT_RULE,
    FigureName,
    Grouping,
    ShareName,
)
from domain.measured import Group, Measured, Selection, StageTime
from domain.periods import Period
from domain.policy import Policy
from domain.shares import VERDICT_LABELS, Ranked, Share, percent, ranking, wilson
from domain.stages import Stage
from models.answers import Named
from models.figure_answers import (
    DefinitionView,
    DissatisfiedView,
    FiguresView,
    GroupView,
    PeriodView,
    ShareView,
    StageTimeView,
    VisitCountsView,
)
from services.views import stage_named

Ranks = Mapping[ShareName, Mapping[Group, Ranked]]
NONE_SHOWN = "—"
_HOUR = 3600


def figures_view(
    selection: Selection,
    by: Grouping | None,
    policy: Policy,
    total: GroupView,
    groups: Sequence[GroupView],
    dissatisfied: Sequence[DissatisfiedView],
    visits: VisitCountsView | None,
) -> FiguresView:
    """The whole answer, with the rules that hold for all of it."""
    return FiguresView(
        as_of=selection.as_of,
        period=period_view(selection.period),
        by=Named(code=by.value, name=GROUPING_LABELS[by]) if by else None,
        rules=[PERIOD_RULE, AS_OF_RULE, AS_OF_LIMITS, UNIT_RULE],
        policy_version=policy.version,
        least_cases=policy.figure_rules.least_cases,
        confidence=policy.figure_rules.confidence,
        total=total,
        groups=list(groups),
        dissatisfied=list(dissatisfied),
        visits=visits,
        definitions=[definition_view(name) for name in DEFINITIONS],
    )


def period_view(period: Period) -> PeriodView:
    """A period with both its ends."""
    return PeriodView(since=period.since, until=period.until, said=str(period))


def definition_view(name: FigureName) -> DefinitionView:
    """The definition of one figure."""
    definition = DEFINITIONS[name]
    return DefinitionView(
        name=name.value,
        chinese=definition.chinese,
        english=definition.english,
        counted=Named(code=definition.counted.value, name=COUNTED_LABELS[definition.counted]),
        base=definition.base,
        numerator=definition.numerator,
        excluded=definition.excluded,
        source=definition.source,
        more_is_better=definition.more_is_better,
    )


def ranks_of(measured: Measured, policy: Policy) -> Ranks:
    """The ranking of units by each figure that ranks."""
    rules = policy.figure_rules
    return {
        name: ranking(
            {group: measured.mix(group, name) for group in measured.groups},
            least_cases=rules.least_cases,
            confidence=rules.confidence,
            more_is_better=SHARES[name].more_is_better,
        )
        for name in rules.ranked
        if name in measured.only
    }


def total_view(measured: Measured, policy: Policy) -> GroupView:
    """All groups together."""
    names = measured.share_names
    wholes = {name: sum(measured.wholes.get(name, {}).values()) for name in names}
    shares = {name: measured.whole(name) for name in names}
    return GroupView(
        group=None,
        counts={
            name.value: sum(mine.get(name, 0) for mine in measured.counts.values()) for name in measured.count_names
        },
        shares=[_share_view(name, share, wholes[name] - share.base, policy) for name, share in shares.items()],
        times=_times(measured.all_times),
    )


def group_view(measured: Measured, group: Group, policy: Policy, ranks: Ranks) -> GroupView:
    """One group, with its place where it is ranked."""
    return GroupView(
        group=Named(code=group or "", name=name_of(measured.by, group, policy)),
        counts={name.value: measured.count(group, name) for name in measured.count_names},
        shares=[
            _share_view(
                name,
                measured.share(group, name),
                measured.excluded(group, name),
                policy,
                ranks.get(name, {}).get(group),
            )
            for name in measured.share_names
        ],
        times=_times(measured.times.get(group, {})),
    )


def name_of(by: Grouping | None, group: Group, policy: Policy) -> str:
    """What people call the group."""
    match by:
        case Grouping.UNIT:
            return policy.unit_name(group)
        case Grouping.TOWN:
            return policy.unit_name(group) if group else "（地点不明）"
        case Grouping.CATEGORY:
            return policy.category_name(group)
        case Grouping.SUB_CATEGORY:
            return policy.sub_category_name(group) if group else "（未分小类）"
        case Grouping.GRID:
            return group or "（未定位到网格）"
    return group or ""


def chosen_in(selection: Selection, policy: Policy) -> list[str]:
    """What a selection is narrowed to, as people read it: `承办单位：…`."""
    narrowed = {by: getattr(selection, by.value, None) for by in Grouping}
    return [
        f"{GROUPING_LABELS[by]}：{name_of(by, None if code == NO_GROUP else code, policy)}"
        for by, code in narrowed.items()
        if code is not None
    ]


def _share_view(
    name: ShareName, share: Share, excluded: int, policy: Policy, ranked: Ranked | None = None
) -> ShareView:
    rules = policy.figure_rules
    low, high = wilson(share, rules.confidence)
    view = ShareView(
        figure=name.value,
        numerator=share.numerator,
        base=share.base,
        excluded=excluded,
        share=_number(share.value),
        shown=NONE_SHOWN if share.value is None else percent(share.value, rules.decimals),
        low=low if share.base else None,
        high=high if share.base else None,
    )
    if ranked is None:
        return view
    verdict = Named(code=ranked.verdict.value, name=VERDICT_LABELS[ranked.verdict])
    place = {"expected": _number(ranked.expected), "rank": ranked.rank, "tied": ranked.tied, "verdict": verdict}
    return view.model_copy(update=place)


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _times(times: Mapping[Stage, StageTime]) -> list[StageTimeView]:
    return [
        StageTimeView(
            stage=stage_named(stage),
            stays=times[stage].stays,
            median_hours=times[stage].median / _HOUR,
            ninetieth_hours=times[stage].ninetieth / _HOUR,
        )
        for stage in Stage
        if stage in times
    ]
