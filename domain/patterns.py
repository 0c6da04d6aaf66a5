"""Patterns in the conduct of units that inspectors should look at: never a judgement, always held against the peers.

Each pattern is a share: of the cases of a subject (a unit, two units, an account), those that show it. It is raised
where the share is higher than that of all the others together by more than chance: the exact test (Fisher's, one-sided)
takes into account that the peers' share is itself only counted, not known. Hundreds of subjects are tested at once, so
some would be raised by chance alone; Benjamini and Hochberg's procedure keeps the expected part of those below a share
that the policy sets. What a person has judged is taken out of the count before: it is never raised again.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.pattern_rules import PatternRules
from domain.shares import Share, wilson


class PatternKind(StrEnum):
    """What is looked for (苗头)."""

    PING_PONG = "ping_pong"
    LAST_MINUTE = "last_minute"
    SERIAL_EXTENSIONS = "serial_extensions"
    SAME_REPLY = "same_reply"
    BESIDE_THE_POINT = "beside_the_point"
    NO_CONTACT = "no_contact"
    ALWAYS_SATISFIED = "always_satisfied"
    ALWAYS_SATISFIED_BY = "always_satisfied_by"


PATTERN_LABELS = {
    PatternKind.PING_PONG: "两单位来回推",
    PatternKind.LAST_MINUTE: "压线办结",
    PatternKind.SERIAL_EXTENSIONS: "逢案延期",
    PatternKind.SAME_REPLY: "一稿多用",
    PatternKind.BESIDE_THE_POINT: "答非所问",
    PatternKind.NO_CONTACT: "不联系就办结",
    PatternKind.ALWAYS_SATISFIED: "代录评价件件满意",
    PatternKind.ALWAYS_SATISFIED_BY: "一人代录件件满意",
}


@dataclass(frozen=True)
class PatternMeaning:
    """What is counted of what, and what may innocently look like it; in Chinese, because people are judged by it."""

    base: str
    numerator: str
    innocent: str


PATTERN_MEANINGS = {
    PatternKind.PING_PONG: PatternMeaning(
        "在两个单位之间移交过的诉求",
        "移交过去又交回来的(甲→乙→甲)",
        "职责确实交叉，或派遣、研判先派错又派对",
    ),
    PatternKind.LAST_MINUTE: PatternMeaning(
        "在办理时限内申请办结的", "时限前最后几分钟才申请的", "有的事按规程就要到期才有结果"
    ),
    PatternKind.SERIAL_EXTENSIONS: PatternMeaning(
        "主办的诉求", "申请过延期的，同意与否都算", "所办事项本来就费时，如须采购、鉴定"
    ),
    PatternKind.SAME_REPLY: PatternMeaning(
        "审核通过、够长可比的公开答复",
        "与本单位其他多件不同诉求用同一份答复的(日期、数字、称呼不计)",
        "政策咨询等确有统一口径",
    ),
    PatternKind.BESIDE_THE_POINT: PatternMeaning(
        "审核通过的公开答复，诉求实词够多可比的",
        "没有提到诉求里任何实词、也没有提到该大类任何词语的",
        "换了说法而意思相同",
    ),
    PatternKind.NO_CONTACT: PatternMeaning(
        "审核通过的办结凭据", "载明没有联系诉求人的", "匿名、空号或没有留联系方式的较多"
    ),
    PatternKind.ALWAYS_SATISFIED: PatternMeaning(
        "该单位办理、由信息员代录的评价", "代录为满意或基本满意的", "确实办得好；可抽几件回访核对"
    ),
    PatternKind.ALWAYS_SATISFIED_BY: PatternMeaning(
        "该账号代录的评价", "代录为满意或基本满意的", "所回访的单位办得好；可抽几件另行回访核对"
    ),
}
_ALWAYS = frozenset({PatternKind.ALWAYS_SATISFIED, PatternKind.ALWAYS_SATISFIED_BY})


@dataclass(frozen=True)
class Evidence:
    """A case that shows a pattern, and what of it does, in Chinese."""

    case: str
    said: str


@dataclass
class Tally:
    """What was counted of one subject: the base, and the cases of it that show the pattern, each once."""

    base: int = 0
    cases: list[Evidence] = field(default_factory=list)

    def count(self, case: str, said: str | None) -> None:
        """One more case; `said` tells what shows the pattern, `None`: nothing does."""
        self.base += 1
        if said is not None:
            self.cases.append(Evidence(case, said))

    @property
    def share(self) -> Share:
        return Share(len(self.cases), self.base)

    def without(self, judged: Collection[str]) -> Tally:
        """As if the cases that somebody has judged already had never been."""
        left = [item for item in self.cases if item.case not in judged]
        return Tally(self.base - (len(self.cases) - len(left)), left)


_NOBODYS = Share()


@dataclass(frozen=True)
class Counted:
    """One pattern as it was counted of every subject. `beside` is nobody's, and belongs to everybody's peers."""

    kind: PatternKind
    tallies: Mapping[str, Tally]
    beside: Share = _NOBODYS


@dataclass(frozen=True)
class Found:
    """A pattern that stands out, with all it takes to see how much."""

    kind: PatternKind
    subject: str
    share: Share
    peers: Share
    low: float
    high: float
    """The interval (Wilson) of the subject's own share."""
    p: float
    """How probable a share as high as this is by chance, were the subject like its peers."""
    cases: tuple[Evidence, ...]


@dataclass(frozen=True)
class Judgement:
    """All that stands out in one look, most surely first; of how many tests, and how many may be chance."""

    found: tuple[Found, ...]
    tests: int
    expected_false: float
    """At most so many of the findings are expected to be chance."""


def judge(
    counted: Iterable[Counted],
    rules: PatternRules,
    judged: Mapping[tuple[PatternKind, str], Collection[str]] | None = None,
) -> Judgement:
    """What stands out. `judged` are the cases of each kind and subject that a person has decided on before."""
    tested = [found for one in counted for found in _tests(one, rules, judged or {})]
    significant = _beyond_chance(tested, rules.false_share)
    kept = tuple(found for found in significant if _is_worth_a_look(found, rules))
    return Judgement(kept, len(tested), rules.false_share * len(kept))


def _tests(
    one: Counted, rules: PatternRules, judged: Mapping[tuple[PatternKind, str], Collection[str]]
) -> Iterable[Found]:
    """Every subject with enough cases, held against enough peers, whatever comes of it: all of them are tests."""
    left = {subject: tally.without(judged.get((one.kind, subject), ())) for subject, tally in one.tallies.items()}
    whole = sum((tally.share for tally in left.values()), one.beside)
    least = rules.least_pairs if one.kind is PatternKind.PING_PONG else rules.least_base
    for subject, tally in left.items():
        share = tally.share
        peers = Share(whole.numerator - share.numerator, whole.base - share.base)
        if share.base >= least and peers.base >= rules.least_peers:
            low, high = wilson(share, rules.confidence)
            chance = chance_of(share, peers)
            yield Found(one.kind, subject, share, peers, low, high, chance, tuple(tally.cases))


def chance_of(share: Share, peers: Share) -> float:
    """How probable at least `share.numerator` is, were all cases dealt out by chance (Fisher's exact test, one-sided).

    `share` and `peers` have a base of one at least.
    """
    n, k = share.base, share.numerator
    total, hits = n + peers.base, k + peers.numerator
    if k * total <= hits * n:  # no more than the peers have: not in question
        return 1.0
    whole = _log_choose(total, n)
    chance = 0.0
    for more in range(k, min(n, hits) + 1):
        term = math.exp(_log_choose(hits, more) + _log_choose(total - hits, n - more) - whole)
        chance += term
        if term < chance * 1e-16:
            break
    return min(1.0, chance)


def _log_choose(n: int, k: int) -> float:
    if not 0 <= k <= n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _beyond_chance(tested: Sequence[Found], false_share: float) -> list[Found]:
    """Benjamini and Hochberg (1995): the most tests of which no more than `false_share` are expected to be chance."""
    ranked = sorted(tested, key=lambda found: (found.p, found.kind, found.subject))
    last = 0
    for place, found in enumerate(ranked, 1):
        if found.p <= place * false_share / len(ranked):
            last = place
    return ranked[:last]


def _is_worth_a_look(found: Found, rules: PatternRules) -> bool:
    """Enough cases, and enough of a difference: a large number of cases makes the smallest one certain."""
    share, peers = found.share, found.peers
    if share.numerator < rules.least_cases:
        return False
    if found.kind in _ALWAYS:  # the share itself cannot be twice the peers'; what is not satisfied can be half
        others_unhappy = (peers.base - peers.numerator) * share.base
        unhappy = (share.base - share.numerator) * peers.base
        return share.numerator >= rules.always * share.base and others_unhappy >= rules.times * unhappy
    return share.numerator * peers.base >= rules.times * peers.numerator * share.base
