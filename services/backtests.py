"""Rule work with a net: cases that are over are dispatched again, by the rules in force and by changed ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domain.backtest import Comparison, Replayed, replayed
from domain.dispatch import Dispatcher, town_codes
from domain.errors import RuleRefusal
from domain.past_cases import PastCase, under
from domain.policy import Policy
from services.context import Context
from services.dispatching import dispatcher_for
from services.evidence import count_of_cases, past_cases
from services.transactions import reading

Progress = Callable[[], None]


@dataclass(frozen=True)
class Contender:
    """Rules, and what dispatches by them."""

    policy: Policy
    dispatcher: Dispatcher

    def replay(self, case: PastCase) -> Replayed:
        return replayed(case, self.dispatcher.rank(case.request), town_codes(self.policy))


def backtest(
    context: Context, changed: Policy, *, most: int | None = None, progress: Progress | None = None
) -> Comparison:
    """The rules in force beside `changed` on the latest closed cases, by default as many as are learned from.

    `progress` is called once for each case. Nothing is written.
    """
    with reading(context) as session:
        current, experience = context.rules.active(session), context.models.active(session)
        before, after = (Contender(policy, dispatcher_for(policy, experience)) for policy in (current, changed))
        cases = past_cases(session, most or changed.learning.most_cases, context.geographies.active(session))
        return compare(cases, before, after, progress)


def how_many(context: Context, changed: Policy, most: int | None = None) -> int:
    """How many closed cases `backtest` goes through."""
    with reading(context) as session:
        return count_of_cases(session, most or changed.learning.most_cases)


def compare(
    cases: Iterable[PastCase], before: Contender, after: Contender, progress: Progress | None = None
) -> Comparison:
    """Two contenders on the same cases. Both are judged by what is right under the rules of `after`."""
    comparison = Comparison()
    for case in cases:
        if progress is not None:
            progress()
        judged = under(case, before.policy, after.policy)
        if judged is None:
            comparison.left_out += 1
        else:
            comparison.add(before.replay(judged), after.replay(judged))
    return comparison


def require_no_worse(context: Context, changed: Policy, progress: Progress | None = None) -> None:
    """Raises `RuleRefusal` when `changed` dispatches the closed cases worse than the rules in force."""
    with reading(context) as session:
        if not dispatches_otherwise(context.rules.active(session), changed):
            return
    faults = backtest(context, changed, progress=progress).faults(changed.learning)
    if faults:
        next_step = "逐类逐件见 rongetong dispatch backtest；确要启用请加 --force（页面上勾选）"
        raise RuleRefusal("worse-dispatch", f"以办结诉求回测，派遣变差：{'；'.join(faults)}。{next_step}")


def dispatches_otherwise(current: Policy, changed: Policy) -> bool:
    """Whether dispatch may answer differently: other words, units, duties or sub-categories."""

    def parts(policy: Policy) -> tuple[object, ...]:
        return policy.dispatch, policy.units, policy.duties, policy.sub_categories

    return parts(current) != parts(changed)
