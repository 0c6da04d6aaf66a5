"""Until when the desk may correct whom it chose by hand (更正派遣), so that a wrong press is nobody's transfer."""

from __future__ import annotations

import datetime as dt

from domain.errors import RuleRefusal
from domain.facts import Facts
from domain.policy import Policy
from domain.stages import Stage


def correctable_until(facts: Facts, policy: Policy) -> dt.datetime | None:
    """The last moment at which the desk may correct whom it chose by hand; `None` where there is nothing to correct.

    However often it is corrected, that moment stays: else a case could be passed round and never count as passed on.
    """
    minutes = policy.handling.correction_minutes if policy.handling else 0
    if not minutes or facts.chosen_at is None or facts.stage is not Stage.DISPATCHED:
        return None
    return facts.chosen_at + dt.timedelta(minutes=minutes)


def check_correction(facts: Facts, policy: Policy, now: dt.datetime) -> None:
    """Raises RuleRefusal where there is nothing to correct, or no more."""
    until = correctable_until(facts, policy)
    if until is None:
        raise RuleRefusal("not-correctable", "只有派遣专席人工选定、单位尚未签收的派遣可以更正；其他的请改派")
    if now > until:
        rules = policy.handling
        said = f"更正须在派遣后{rules.correction_minutes if rules else 0}分钟内，期限已过；请改派"
        raise RuleRefusal("correction-window-passed", said, source=rules.correction_source if rules else None)
