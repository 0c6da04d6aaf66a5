"""Changed rules tried on cases that are over: what is shown, what is refused, what is forced."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import RuleRefusal
from domain.policy import Policy
from models.tables import HistoryRow, Petition
from services import backtests, dispatching, policies
from services.context import Context
from services.evidence import past_cases
from tests.services import lives
from tests.support.context import shipped_policy

OPERATOR = Actor(Role.OPERATOR, name="测试运维")


@pytest.fixture
def closed(context: Context) -> str:
    """One archived petition about a street light, dispatched by the engine and done by the unit whose duty it is."""
    return lives.archived(context)


def without_words(policy: Policy, *codes: str, least_cases: int = 1) -> Policy:
    """A policy in which nothing speaks for these sub-categories."""
    keywords = tuple(rule for rule in policy.dispatch.keywords if rule.sub_category not in codes)
    return replace(
        policy,
        version="changed",
        dispatch=replace(policy.dispatch, keywords=keywords),
        learning=replace(policy.learning, least_cases=least_cases),
    )


STREET_LIGHTS = tuple(item.code for item in shipped_policy().sub_categories if item.code.startswith("street-light"))


def test_a_case_tells_what_dispatch_knew_and_who_did_it(context: Context, closed: str) -> None:
    with context.readers() as session:
        (case,) = past_cases(session, 10, None)
    assert case.request.text == lives.TEXT
    assert (case.unit, case.sent_to, case.sub_category) == (lives.UNIT, lives.UNIT, "street-light-out")
    assert case.request.town is None, "the town of the unit that did it would give the answer away"


def test_a_case_that_was_given_to_another_unit_teaches_the_other(context: Context) -> None:
    petition_id = lives.redispatched(context)
    close(context, petition_id)
    with context.readers() as session:
        (case,) = past_cases(session, 10, None)
    assert (case.sent_to, case.unit, case.handed_on) == (lives.UNIT, lives.OTHER_UNIT, 1)


def test_what_the_desk_had_to_dispatch_was_sent_nowhere(context: Context) -> None:
    petition_id = lives.at_the_desk(context)
    dispatching.dispatch(context, petition_id, lives.DESK, unit=lives.UNIT, reason=lives.WORDS)
    close(context, petition_id)
    with context.readers() as session:
        (case,) = past_cases(session, 10, None)
    assert (case.sent_to, case.unit) == (None, lives.UNIT)


def close(context: Context, petition_id: str) -> None:
    """Put it where closed cases stand; how it got there does not matter here."""
    with context.sessions.begin() as session:
        session.execute(sa.update(Petition).where(Petition.id == petition_id).values(stage="archived"))


def test_what_is_open_withdrawn_or_merged_proves_nothing(context: Context) -> None:
    lives.in_hand(context)
    lives.merged(context)
    lives.terminated(context)
    with context.readers() as session:
        assert list(past_cases(session, 10, None)) == []


def test_only_the_latest_cases_count(context: Context, closed: str) -> None:
    later = lives.archived(context)
    with context.sessions.begin() as session:
        session.execute(sa.update(Petition).where(Petition.id == later).values(closed_at=clock.now().add(days=1)))
    number = lives.petition_of(context, later).case_number
    with context.readers() as session:
        assert [case.case_number for case in past_cases(session, 1, None)] == [number]
    assert backtests.backtest(context, shipped_policy(), most=1).after.cases == 1


def test_the_same_rules_move_nothing(context: Context, closed: str) -> None:
    seen = []
    found = backtests.backtest(context, shipped_policy(), progress=lambda: seen.append(1))
    assert (found.before, found.moves, len(seen)) == (found.after, [], 1)
    assert found.after.right_alone == 1


def test_worse_rules_are_refused_and_those_in_force_stay(context: Context, closed: str) -> None:
    before = policies.active_policy(context).version
    worse = without_words(shipped_policy(), *STREET_LIGHTS)
    with pytest.raises(RuleRefusal, match="首选正确由1件降为0件") as refusal:
        policies.activate_policy(context, worse, OPERATOR)
    assert refusal.value.code == "worse-dispatch"
    assert policies.active_policy(context).version == before


def test_whoever_forces_it_may(context: Context, closed: str) -> None:
    worse = without_words(shipped_policy(), *STREET_LIGHTS)
    assert policies.activate_policy(context, worse, OPERATOR, force=True)
    assert policies.active_policy(context).version == worse.version


def test_with_few_cases_rules_go_into_force_untried(context: Context, closed: str) -> None:
    unproven = without_words(shipped_policy(), *STREET_LIGHTS, least_cases=2)
    assert policies.activate_policy(context, unproven, OPERATOR)


def test_rules_that_dispatch_alike_are_not_tried(context: Context, closed: str) -> None:
    seen = []
    other = replace(shipped_policy(), version="other", case_prefix="SX")
    assert policies.activate_policy(context, other, OPERATOR, progress=lambda: seen.append(1))
    assert seen == []


def test_taking_rules_back_is_never_refused(context: Context, closed: str) -> None:
    former = policies.active_policy(context).version
    worse = without_words(shipped_policy(), *STREET_LIGHTS)
    policies.activate_policy(context, worse, OPERATOR, force=True)
    policies.roll_back(context, former, OPERATOR)
    assert policies.active_policy(context).version == former


def test_a_text_is_explained_and_nothing_is_written(context: Context) -> None:
    said = dispatching.explain(context, "广济路路灯不亮三天了")
    assert said.answer.unit == lives.UNIT
    assert said.answer.candidates[0].reasons
    assert said.needs_person is None
    with context.readers() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(HistoryRow)) == 0
