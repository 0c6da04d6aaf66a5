"""Dispatch learns from cases that are over: what it adopts, what it refuses, and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.dispatch import DispatchRequest
from domain.errors import NotFound
from domain.learned import Experience
from domain.learning_rules import LearningRules
from domain.past_cases import PastCase
from learning.errors import ModelFileError
from models.tables import DispatchModel, HistoryRow, ModelActivation, Petition
from services import dispatching, learning, policies, queries
from services.context import Context
from services.learning import Outcome
from services.modelbook import ModelBook
from tests.services import closed_cases, lives
from tests.services.closed_cases import PARKS, POWER, SAYINGS, cases
from tests.support.context import a_context, shipped_policy

OPERATOR = Actor(Role.OPERATOR, name="测试运维")


def lowered(**changes: float) -> LearningRules:
    values = {"least_cases": 5, "least_training_cases": 30} | changes
    return LearningRules(**values)  # type: ignore[arg-type]


def put_away(context: Context, past: Sequence[PastCase]) -> None:
    closed_cases.put_away(context, past, lives.terminated(context))


@pytest.fixture
def context(engine: sa.Engine) -> Context:
    return a_context(engine, policy=replace(shipped_policy(), learning=lowered()))


def sent(context: Context, text: str) -> str | None:
    return dispatching.explain(context, text).answer.unit


TOLD = "湖心岛的拱桥夜里看不清，99号"


def test_what_no_keyword_knows_is_learned_from_what_units_did(context: Context) -> None:
    assert sent(context, TOLD) is None
    put_away(context, cases())
    lesson = learning.learn(context, OPERATOR)
    assert lesson.outcome is Outcome.ADOPTED
    assert lesson.comparison is not None
    assert lesson.comparison.after.first > lesson.comparison.before.first
    assert sent(context, TOLD) == PARKS


def test_a_petition_keeps_which_model_and_how_sure_it_was(context: Context) -> None:
    put_away(context, cases())
    version = learning.learn(context, OPERATOR).version
    petition_id = lives.register(context, TOLD)
    lives.settle(context, petition_id)
    assert lives.petition_of(context, petition_id).unit == PARKS
    with context.readers() as session:
        query = sa.select(HistoryRow.details).where(
            HistoryRow.petition_id == petition_id, HistoryRow.trigger == "dispatch"
        )
        details = session.scalars(query).one()
    assert details["model_version"] == version
    assert details["candidates"][0]["confidence"] > 0.5
    assert any("以往这类诉求" in reason for reason in details["candidates"][0]["reasons"])


def test_too_few_cases_teach_nothing(context: Context) -> None:
    put_away(context, cases(times=1))
    lesson = learning.learn(context, OPERATOR)
    assert (lesson.outcome, learning.lessons(context)) == (Outcome.TOO_FEW, [])
    assert "18件，不足30件" in lesson.reason


def test_cases_of_a_single_unit_teach_nothing(context: Context) -> None:
    put_away(context, [replace(case, unit=PARKS) for case in cases()])
    lesson = learning.learn(context, OPERATOR)
    assert (lesson.outcome, learning.lessons(context)) == (Outcome.TOO_FEW, [])


def test_the_latest_cases_are_held_out(context: Context) -> None:
    """What the latest cases say against everything before them is not learned, and speaks against what was."""
    pattern = lives.terminated(context)
    closed_cases.put_away(context, cases(times=4), pattern)
    learning.learn(context, OPERATOR)
    known = context.models
    before = learning.activations(context)
    with context.sessions.begin() as session:
        session.execute(sa.delete(Petition).where(Petition.id.like("case-%")))
    misled = cases(times=4, wrong=list(SAYINGS))
    closed_cases.put_away(context, [*cases(times=1), *misled], pattern)
    lesson = learning.learn(context, OPERATOR)
    assert lesson.outcome is Outcome.REJECTED
    assert lesson.comparison is not None
    assert lesson.comparison.before.first > lesson.comparison.after.first
    assert [row.version for row in learning.activations(context)] == [row.version for row in before]
    assert sent(context, TOLD) == PARKS
    rejected = next(row for row in learning.lessons(context) if row.version == lesson.version)
    assert (rejected.outcome, rejected.reason[:2]) == ("rejected", "变差")
    assert known is context.models


def test_the_share_that_must_be_right_decides_how_sure_to_be() -> None:
    noisy = [replace(case, unit=POWER) if place % 10 == 0 else case for place, case in enumerate(cases())]
    policy = shipped_policy()
    alone_at = [
        learning.teach(replace(policy, learning=replace(policy.learning, precision=share)), noisy).alone_at
        for share in (0.6, 0.8, 0.999)
    ]
    assert alone_at == sorted(alone_at)
    assert alone_at[0] < alone_at[2]


def test_units_with_a_handful_of_cases_are_left_to_the_keywords(context: Context) -> None:
    rare = [PastCase(f"SZ-R-{number}", DispatchRequest(f"台账第{number}页"), "civil-affairs") for number in range(3)]
    put_away(context, [*cases(), *rare])
    learning.learn(context, OPERATOR)
    with context.readers() as session:
        experience = context.models.active(session)
    assert experience is not None
    assert set(experience.model.labels) == set(SAYINGS)
    assert sent(context, "家庭困难申请低保，民政没人管") == "civil-affairs"


def test_the_same_cases_teach_the_same_and_change_nothing(context: Context) -> None:
    put_away(context, cases())
    first = learning.learn(context, OPERATOR)
    again = learning.learn(context, OPERATOR)
    assert (again.outcome, again.version) == (Outcome.UNCHANGED, first.version)
    assert len(learning.activations(context)) == 1


def test_a_dry_run_writes_nothing(context: Context) -> None:
    put_away(context, cases())
    assert learning.learn(context, OPERATOR, dry_run=True).outcome is Outcome.ADOPTED
    assert (learning.lessons(context), learning.activations(context)) == ([], [])
    assert sent(context, TOLD) is None


def test_one_command_goes_back_to_a_former_model_or_to_the_keywords(context: Context) -> None:
    put_away(context, cases())
    version = learning.learn(context, OPERATOR).version
    learning.roll_back(context, None, OPERATOR)
    assert sent(context, TOLD) is None
    assert version is not None
    learning.roll_back(context, learning.version_beginning(context, version[:8]), OPERATOR)
    assert sent(context, TOLD) == PARKS
    assert [(row.version, row.activated_by) for row in learning.activations(context)] == [
        (version, "测试运维"), (None, "测试运维"), (version, "测试运维"),
    ]  # fmt: skip


@pytest.mark.parametrize("beginning", ["", "nosuch"])
def test_a_version_that_never_was_is_refused_and_those_there_are_named(context: Context, beginning: str) -> None:
    put_away(context, cases())
    version = learning.learn(context, OPERATOR).version
    assert version is not None
    with pytest.raises(NotFound, match=version[:12]):
        learning.version_beginning(context, beginning)


def test_a_damaged_model_is_refused_and_what_was_in_force_serves_on(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    put_away(context, cases())
    version = learning.learn(context, OPERATOR).version
    assert sent(context, TOLD) == PARKS
    with context.sessions.begin() as session:
        row = session.get_one(DispatchModel, version)
        content = row.content or b""
        session.add(
            DispatchModel(
                version="damaged",
                content=content[: len(content) // 2],
                learned_at=row.learned_at,
                rule_version=row.rule_version,
                cases=1,
                alone_at=0.5,
                practice={},
                figures={},
                outcome="adopted",
                reason="",
            )
        )
    with pytest.raises(ModelFileError, match=r"损坏|不完整"):
        learning.roll_back(context, "damaged", OPERATOR)
    assert sent(context, TOLD) == PARKS
    with context.sessions.begin() as session:
        session.add(ModelActivation(version="damaged", activated_at=clock.now(), activated_by="测试"))
    assert sent(context, TOLD) == PARKS, "the one that was read before"
    assert sum("goes on serving" in record.message for record in caplog.records) == 1
    fresh = replace(context, models=ModelBook())
    assert sent(fresh, "广济路路灯不亮三天了") == PARKS, "a process that never read a good one goes by the keywords"


def test_a_unit_that_is_gone_from_the_rules_gets_nothing(context: Context) -> None:
    put_away(context, cases())
    learning.learn(context, OPERATOR)
    active = policies.active_policy(context)
    gone = replace(active, version="gone", units=tuple(unit for unit in active.units if unit.code != PARKS))
    policies.activate_policy(context, gone, OPERATOR, force=True)
    assert sent(context, TOLD) is None


def test_the_desk_is_shown_how_sure_it_was(context: Context) -> None:
    put_away(context, cases())
    learning.learn(context, OPERATOR)
    never = Experience(learning.teach(shipped_policy(), cases()).model, learning.NEVER_ALONE)
    with context.sessions.begin() as session:
        session.execute(sa.update(DispatchModel).values(alone_at=never.alone_at))
    cautious = replace(context, models=ModelBook())
    petition_id = lives.register(cautious, TOLD)
    lives.settle(cautious, petition_id)
    candidates = queries.detail(cautious, petition_id, lives.DESK).candidates
    assert candidates[0]["unit"] == PARKS
    assert 0.5 < candidates[0]["confidence"] <= 1
