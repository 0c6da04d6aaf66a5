"""Policies on their way into force, on every database: decided once, in the order of their times."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import DomainError, NotPermitted
from domain.policy_changes import Standing
from models.tables import AdministrationAct, PolicyChange, PolicyFile, PolicyVersion
from services import accounts, policies, policy_changes, policy_preview, sign_in, sign_in_history
from services.context import Context
from services.rulebook import RuleBook
from tests.support.context import POLICY_DIR

OPERATOR = Actor(Role.OPERATOR, name="测试运维")
LADDER = (POLICY_DIR / "ladder.yaml").read_text("utf-8")


@pytest.fixture
def district(context: Context) -> Context:
    return dataclasses.replace(context, policy_dir=POLICY_DIR)


def uploaded(context: Context, returns: int) -> int:
    changed = re.sub(r"(?m)(^return_limit:\n  value: )\d+", rf"\g<1>{returns}", LADDER)
    return policy_changes.upload(context, OPERATOR, [("ladder.yaml", changed.encode())], whole=False, reason="试一试")


def limit(context: Context) -> int:
    return policies.active_policy(context).ladder.return_limit


def test_two_changes_put_in_force_at_once_are_one(district: Context) -> None:
    numbers, begin = [uploaded(district, 7), uploaded(district, 8)], threading.Barrier(2)

    def decide(number: int) -> str:
        begin.wait(120)
        try:
            return policy_changes.put_in_force_from(
                district, OPERATOR, number, valid_from=None, reason="区里决定"
            ).value
        except (DomainError, sa.exc.IntegrityError):
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, numbers)) == [Standing.DONE.value, "refused"]
    with district.readers() as session:
        active = session.scalars(sa.select(PolicyVersion.version).where(PolicyVersion.active)).all()
    assert len(active) == 1
    assert limit(district) in {7, 8}


def test_a_plan_is_carried_out_once_and_kept_word_for_word(district: Context, frozen_clock: clock.StoryClock) -> None:
    number, at = uploaded(district, 7), frozen_clock.now().add(days=1)
    became = policy_changes.put_in_force_from(district, OPERATOR, number, valid_from=at, reason="下月起")
    assert became is Standing.PLANNED
    frozen_clock.move_to(at)
    assert [policy_changes.activate_due(district), policy_changes.activate_due(district)] == [1, 0]
    assert limit(district) == 7
    [change] = policy_changes.changes(district, OPERATOR)
    assert (change.valid_from, change.reason) == (at, "下月起")
    with district.readers() as session:
        acts = session.scalars(sa.select(AdministrationAct.act).order_by(AdministrationAct.id)).all()
    assert acts == ["upload_policy", "plan_policy", "activate_policy"]


def test_a_file_that_did_not_exist_then_comes_in_as_shipped_and_is_told(district: Context) -> None:
    first = policies.active_policy(district)
    policy_changes.put_in_force_from(district, OPERATOR, uploaded(district, 7), valid_from=None, reason="区里决定")
    with district.sessions.begin() as session:  # as a version from before there were such rules left it
        session.execute(sa.delete(PolicyFile).where(PolicyFile.name == "keys.yaml"))
        row = session.scalars(sa.select(PolicyVersion).where(PolicyVersion.active)).one()
        row.content = {
            name: value if name != "figures" else [item for item in value if not item["id"].startswith("keys.")]
            for name, value in row.content.items()
            if name != "keys"
        }
    district = dataclasses.replace(district, rules=RuleBook(district.rules.calendar, [first]))
    assert policies.active_policy(district).keys.lifetime_days is None
    number = uploaded(district, 8)
    told = {(item.rule, item.after) for item in policy_preview.preview(district, OPERATOR, number).rules}
    assert ("keys.lifetime", "365天") in told
    policy_changes.put_in_force_from(district, OPERATOR, number, valid_from=None, reason="区里决定")
    assert (limit(district), policies.active_policy(district).keys.lifetime_days) == (8, 365)


def planned(district: Context, at: dt.datetime, returns: int, *, broken: bool = False) -> int:
    number = uploaded(district, returns)
    policy_changes.put_in_force_from(district, OPERATOR, number, valid_from=at, reason="下月起")
    if broken:
        with district.sessions.begin() as session:
            session.get_one(PolicyChange, number).content = {"version": "no-policy"}
    return number


def test_a_plan_that_cannot_be_carried_out_is_named(district: Context, frozen_clock: clock.StoryClock) -> None:
    at = frozen_clock.now().add(days=1)
    number = planned(district, at, 7, broken=True)
    frozen_clock.move_to(at.add(minutes=5))
    assert policy_changes.activate_due(district) == 0
    assert policy_changes.late_plans(district) == [], "what is a few rounds late is not forgotten"
    frozen_clock.move_to(at.add(hours=2))
    [late] = policy_changes.late_plans(district)
    assert (late.name, len(late.cases)) == ("plans_are_in_force", 1)
    policy_changes.withdraw(district, OPERATOR, number, "内容有误")
    assert policy_changes.late_plans(district) == []


def test_a_plan_that_cannot_be_carried_out_holds_up_no_other(district: Context, frozen_clock: clock.StoryClock) -> None:
    at = frozen_clock.now().add(days=1)
    planned(district, at, 7, broken=True)
    planned(district, at, 8)
    frozen_clock.move_to(at)
    assert policy_changes.activate_due(district) == 1
    assert limit(district) == 8


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR}))
def test_only_operators_change_rules_and_accounts(district: Context, role: Role) -> None:
    somebody = Actor(role, name="测试甲")
    for work in (
        lambda: policy_changes.changes(district, somebody),
        lambda: policy_changes.versions(district, somebody),
        lambda: policy_changes.upload(district, somebody, [], whole=False, reason="x"),
        lambda: policy_changes.withdraw(district, somebody, 1, "x"),
        lambda: policy_changes.ask_back(district, somebody, "x", "x"),
        lambda: accounts.create_account(district, "测试乙", Role.OPERATOR, None, actor=somebody),
        lambda: accounts.reset_password(district, "测试乙", somebody),
    ):
        with pytest.raises(NotPermitted):
            work()


@pytest.mark.usefixtures("cheap_passwords")
def test_who_signed_in_last_is_known_of_each_account(context: Context, frozen_clock: clock.StoryClock) -> None:
    password = accounts.create_account(context, "测试专席", Role.DESK, None)
    accounts.create_account(context, "测试信息员", Role.FOLLOW_UP, None)
    for _ in range(2):
        frozen_clock.move_to(frozen_clock.now().add(minutes=5))
        sign_in.sign_in(context, "测试专席", password, "192.0.2.1")
    seen = {account.name: account.seen_at for account in accounts.list_accounts(context)}
    assert seen == {"测试信息员": None, "测试专席": frozen_clock.now()}
    assert list(sign_in_history.last_sign_ins(context).values()) == [frozen_clock.now()]
