"""What the media follow, and what is told in public of a petition (媒体跟踪): who proposes, answers and decides.

Nothing is public before a person decided it. A unit is asked before it is exposed, and its silence has a rule.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from domain.actions import Role
from domain.errors import RuleRefusal
from domain.facts import Satisfaction
from domain.media_rules import MediaRules


class Tracked(StrEnum):
    """How an outlet stands to a case."""

    ASKED = "asked"
    FOLLOWING = "following"
    DECLINED = "declined"
    ENDED = "ended"


TRACKED_LABELS = {
    Tracked.ASKED: "待同意",
    Tracked.FOLLOWING: "跟踪中",
    Tracked.DECLINED: "不予跟踪",
    Tracked.ENDED: "不再跟踪",
}
GRANTING = frozenset({Role.DESK, Role.REVIEWER, Role.LEADER, Role.INSPECTOR})
"""Who may let an outlet follow a case, and end it."""


def tracking_acts(standing: Tracked, role: Role) -> tuple[str, ...]:
    """What `role` may decide of a following now."""
    if role not in GRANTING:
        return ()
    return {
        Tracked.ASKED: ("grant", "decline"),
        Tracked.FOLLOWING: ("end",),
        Tracked.DECLINED: ("grant",),
        Tracked.ENDED: ("grant",),
    }[standing]


@dataclass(frozen=True)
class Sensitivity:
    """Of a petition, what decides whether the media may follow it."""

    category: str | None
    text: str
    confidential: bool
    about_somebody: bool
    """Somebody must stay out of it (回避): it complains about a unit or a person."""
    handed_over: bool
    """Inspectors handed a lead over."""


def require_trackable(case: Sensitivity, rules: MediaRules) -> None:
    """Raises RuleRefusal, by name, where the media may not follow: nor is anything told in public of such a case."""
    source = rules.sources.get("untracked")
    if case.confidential:
        raise RuleRefusal("untracked-confidential", "诉求人要求保密，不列入媒体跟踪，也不公开", source=source)
    if case.about_somebody:
        raise RuleRefusal("untracked-recusal", "该诉求反映单位或人员，有回避登记，不列入媒体跟踪", source=source)
    if case.handed_over:
        raise RuleRefusal("untracked-lead", "该诉求有移交的问题线索，不列入媒体跟踪", source=source)
    if case.category in rules.untracked_categories:
        raise RuleRefusal("untracked-category", "该大类涉及个人隐私较多，不列入媒体跟踪", source=source)
    if any(word in case.text for word in rules.untracked_words):
        raise RuleRefusal("untracked-words", "该诉求涉及未成年人等需保护的人，不列入媒体跟踪", source=source)


class PublicationKind(StrEnum):
    """What is told in public."""

    PROCESS = "process"
    PRAISE = "praise"
    EXPOSURE = "exposure"


PUBLICATION_LABELS = {
    PublicationKind.PROCESS: "办理过程",
    PublicationKind.PRAISE: "宣传",
    PublicationKind.EXPOSURE: "曝光",
}


class Standing(StrEnum):
    """How a publication stands."""

    PROPOSED = "proposed"
    ASKED = "asked"
    REPLIED = "replied"
    LAPSED = "lapsed"
    PUBLISHED = "published"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STANDING_LABELS = {
    Standing.PROPOSED: "待审",
    Standing.ASKED: "待单位答复",
    Standing.REPLIED: "已答复待定",
    Standing.LAPSED: "逾期未答复待定",
    Standing.PUBLISHED: "已公开",
    Standing.DECLINED: "不予公开",
    Standing.WITHDRAWN: "已撤回",
}
PUBLIC = frozenset({Standing.PUBLISHED, Standing.WITHDRAWN})
"""Of these the public may know; of what was withdrawn, that and why."""


class Act(StrEnum):
    """What is done with a publication."""

    PROPOSE = "propose"
    EDIT = "edit"
    REPLY = "reply"
    LAPSE = "lapse"
    PUBLISH = "publish"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    CORRECT = "correct"


ACT_LABELS = {
    Act.PROPOSE: "提出",
    Act.EDIT: "修改",
    Act.REPLY: "单位答复",
    Act.LAPSE: "逾期未答复",
    Act.PUBLISH: "公开",
    Act.DECLINE: "不予公开",
    Act.WITHDRAW: "撤回",
    Act.CORRECT: "更正",
}
PROPOSING: dict[PublicationKind, frozenset[Role]] = {
    PublicationKind.PROCESS: frozenset({Role.DESK}),
    PublicationKind.PRAISE: frozenset({Role.DESK, Role.MEDIA}),
    PublicationKind.EXPOSURE: frozenset({Role.DESK, Role.MEDIA}),
}
DECIDING: dict[PublicationKind, frozenset[Role]] = {
    PublicationKind.PROCESS: frozenset({Role.DESK}),
    PublicationKind.PRAISE: frozenset({Role.DESK}),
    # Neither the unit nor the outlet, nor the desk, whose own delays may be behind the red card.
    PublicationKind.EXPOSURE: frozenset({Role.INSPECTOR, Role.LEADER}),
}
_DECIDED: dict[Act, Standing | None] = {
    Act.EDIT: None,
    Act.REPLY: Standing.REPLIED,
    Act.LAPSE: Standing.LAPSED,
    Act.PUBLISH: Standing.PUBLISHED,
    Act.DECLINE: Standing.DECLINED,
    Act.WITHDRAW: Standing.WITHDRAWN,
    Act.CORRECT: None,
}
_FROM: dict[Act, frozenset[Standing]] = {
    # What a unit was asked about stays as it was asked about: there is no editing behind its back.
    Act.EDIT: frozenset({Standing.PROPOSED}),
    Act.REPLY: frozenset({Standing.ASKED}),
    Act.LAPSE: frozenset({Standing.ASKED}),
    Act.PUBLISH: frozenset({Standing.PROPOSED, Standing.REPLIED, Standing.LAPSED}),
    Act.DECLINE: frozenset({Standing.PROPOSED, Standing.ASKED, Standing.REPLIED, Standing.LAPSED}),
    Act.WITHDRAW: frozenset({Standing.PUBLISHED}),
    Act.CORRECT: frozenset({Standing.PUBLISHED}),
}


def first_standing(kind: PublicationKind) -> Standing:
    """How a publication begins: a unit is asked at once about its exposure."""
    return Standing.ASKED if kind is PublicationKind.EXPOSURE else Standing.PROPOSED


def standing_after(standing: Standing, act: Act) -> Standing:
    """How it stands after `act`. Raises RuleRefusal where that is not to be done any more, or not yet."""
    if standing not in _FROM[act]:
        raise RuleRefusal("publication-standing", f"该公开件{STANDING_LABELS[standing]}，不能{ACT_LABELS[act]}")
    return _DECIDED[act] or standing


def open_acts(kind: PublicationKind, standing: Standing, role: Role, *, own_unit: bool = False) -> tuple[Act, ...]:
    """What `role` may do with it now; `own_unit`: it speaks of the unit that asks. Nobody lapses by hand."""
    found = []
    for act, sources in _FROM.items():
        if standing not in sources or act is Act.LAPSE or (act is Act.CORRECT and kind is not PublicationKind.EXPOSURE):
            continue
        if own_unit if act is Act.REPLY else role in DECIDING[kind]:
            found.append(act)
    return tuple(found)


def require_earned(kind: PublicationKind, *, satisfaction: str | None, red_card: bool, objected: bool) -> None:
    """Raises RuleRefusal unless the case has come so far that this may be told of it.

    Praise needs a verdict that is not dissatisfied, exposure the red card. The petitioner's objection stands against
    everything that tells their case, but not against naming a unit's fault.
    """
    if kind is PublicationKind.EXPOSURE:
        if not red_card:
            raise RuleRefusal("no-red-card", "没有亮过红牌的，不予曝光")
        return
    if objected:
        raise RuleRefusal("petitioner-objects", "诉求人不同意公开")
    if kind is PublicationKind.PRAISE:
        if satisfaction is None:
            raise RuleRefusal("not-rated", "诉求人尚未评价，暂不宣传")
        if satisfaction == Satisfaction.DISSATISFIED:
            raise RuleRefusal("rated-dissatisfied", "诉求人不满意，不予宣传")


def counted(kinds: Collection[str]) -> dict[str, int]:
    """How many of each kind of thing were taken out, the kinds in order."""
    return {kind: list(kinds).count(kind) for kind in sorted(set(kinds))}
