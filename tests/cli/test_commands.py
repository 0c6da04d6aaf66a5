"""The commands of those who keep the platform running, as they type them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import update
from typer.testing import Result

import clock
from domain.actions import Actor, Role
from gateways.channels import AddressBook
from gateways.live_files import LiveFile
from gateways.notifier import RecordingNotifier
from gateways.tables import read_rows
from models.tables import Petition
from services import delivery, keys, outbox, policies
from services.bootstrap import use_context
from services.context import Context
from tests.cli.typing_in import run
from tests.services import lives
from tests.support.context import POLICY_DIR, a_context, recorded


def test_a_key_is_made_listed_and_revoked(context: Context) -> None:
    made = run("keys", "create", "--role", "unit", "--unit", lives.UNIT, "--label", "市政园林")
    plaintext = made.output.strip()
    actor = keys.find_actor(context, plaintext)
    assert actor is not None
    assert (actor.role, actor.unit) == (Role.UNIT, lives.UNIT)
    listed = run("keys", "list").output
    prefix = keys.list_keys(context)[0].prefix
    assert prefix in listed
    assert "2026-03-02 09:00" in listed, "the time of Shanghai"
    assert "有效至" in listed
    assert plaintext not in listed
    assert run("keys", "revoke", prefix).exit_code == 0
    assert keys.find_actor(context, plaintext) is None


def test_a_key_is_good_until_the_day_that_is_named(context: Context) -> None:
    named = ("keys", "create", "--role", "desk", "--label")
    assert run(*named, "测试一天的", "--until", "2026-03-02").exit_code == 0
    assert run(*named, "测试不到期的", "--endless").exit_code == 0
    assert [key.last_day for key in keys.list_keys(context)] == [dt.date(2026, 3, 2), None]
    assert [said in run("keys", "list").output for said in ("将到期 2026-03-02", "不到期")] == [True, True]


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "create", "--role", "desk", "--label", "过去的一天", "--until", "2026-03-01"),
        ("keys", "create", "--role", "desk", "--label", "自相矛盾", "--until", "2026-03-03", "--endless"),
        ("keys", "create", "--role", "unit", "--label", "没有单位"),
        ("keys", "create", "--role", "unit", "--unit", "no-such-unit", "--label", "没有这个单位"),
        ("keys", "revoke", "unknown"),
        ("policy", "rollback", "never-was", "--by", "运维"),
    ],
)
def test_what_makes_no_sense_is_refused(context: Context, words: tuple[str, ...]) -> None:
    refused = run(*words)
    assert (refused.exit_code, "Usage" in refused.output) == (1, False)
    assert keys.list_keys(context) == []


def test_a_version_that_never_was_is_named_with_those_that_were(context: Context) -> None:
    before = policies.active_policy(context).version
    said = run("policy", "rollback", "nosuch", "--by", "运维").output
    assert "nosuch" in said
    assert before in said


def test_broken_policy_files_are_refused_and_the_running_policy_stays(context: Context, tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    shutil.copytree(POLICY_DIR, folder)
    ladder = folder / "ladder.yaml"
    ladder.write_text(ladder.read_text("utf-8").replace("return_limit:", "return_limits:", 1), encoding="utf-8")
    before = policies.active_policy(context).version
    refused = run("policy", "activate", "--by", "运维", str(folder))
    assert refused.exit_code == 1
    assert "ladder.yaml:" in refused.output
    assert policies.active_policy(context).version == before
    assert [row.version for row in policies.versions(context)] == [before]


def test_a_policy_is_compared_put_in_force_and_taken_back(context: Context, tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    shutil.copytree(POLICY_DIR, folder)
    district = folder / "district.yaml"
    district.write_text(district.read_text("utf-8").replace("SZ", "SX"), encoding="utf-8")
    before = policies.active_policy(context).version
    assert before in run("policy", "diff", str(folder)).output
    assert run("policy", "activate", "--by", "运维", str(folder)).exit_code == 0
    now = policies.active_policy(context).version
    assert now != before
    assert all(version in run("policy", "history").output for version in (before, now))
    assert run("policy", "rollback", before, "--by", "运维").exit_code == 0
    assert policies.active_policy(context).version == before


def test_reconcile_says_what_it_found(context: Context) -> None:
    lives.register(context)
    recorded(context).runs.clear()
    result = run("reconcile")
    assert result.exit_code == 0
    cells = [[cell.strip() for cell in line.split("│")] for line in result.output.splitlines()]
    assert ["missing", "1"] in [row[1:3] for row in cells]
    recorded(context).available = False
    away = run("reconcile")
    assert away.exit_code == 1
    assert "Prefect 服务器没有应答" in away.output


def test_check_names_the_case_and_the_file(context: Context, tmp_path: Path) -> None:
    petition_id = lives.in_hand(context)
    assert run("check").exit_code == 0
    with context.sessions.begin() as session:
        session.execute(update(Petition).values(returns=1))
    broken = run("check", "--all")
    assert broken.exit_code == 1
    assert "returns_are_counted" in broken.output
    assert lives.petition_of(context, petition_id).case_number in broken.output


def test_check_names_a_file_that_cannot_be_used(engine: sa.Engine, tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text("x", encoding="utf-8")
    file = LiveFile(path, lambda found: int(found.read_text("utf-8")), instead=0)
    with use_context(a_context(engine, files=(file,))):
        result = run("check")
    assert result.exit_code == 1
    assert "unusable file" in result.output


def test_verify_names_the_first_altered_row(context: Context) -> None:
    petition_id = lives.in_hand(context)
    assert run("verify").exit_code == 0
    with context.sessions.begin() as session:
        session.execute(sa.text("UPDATE history SET actor_name = 'x' WHERE version = 2"))
    broken = run("verify", lives.petition_of(context, petition_id).case_number)
    assert (broken.exit_code, "version 2" in broken.output) == (1, True)


def test_notices_that_did_not_arrive_are_listed_and_sent_again(
    engine: sa.Engine, frozen_clock: clock.StoryClock
) -> None:
    address = "json://hooks.example.com/secret"
    book = AddressBook(recipients={f"unit:{lives.UNIT}": (address,)})
    broken = RecordingNotifier()
    broken.fail(address, permanent=True)
    with use_context(a_context(engine, addresses=book, notifier=broken)) as context:
        case = lives.petition_of(context, lives.dispatched(context)).case_number
        due = outbox.due_notices(context, 100)
        for key in due:
            delivery.deliver(context, key)
        listed = run("notices")
        assert f"unreachable: {len(due) - 1}" in listed.output
        assert "secret" not in listed.output
        [dead] = rows(run("notices", "--dead"))
        assert dead == [case, dead[1], f"unit:{lives.UNIT}", "json", "dead", "1", "json refused", ""]
        assert rows(run("notices", "--retry")) == [dead], "nobody else has an address by now"
        assert outbox.outbox_figures(context).dead == 1
        assert "requeued: 1" in run("notices", "--retry", "--yes").output
        assert outbox.outbox_figures(context).dead == 0
        assert run("notices", "--yes").exit_code == 2


def rows(result: Result) -> list[list[str]]:
    """The cells of a printed table, line by line."""
    lines = [line.split("│")[1:-1] for line in result.output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line] for line in lines]


def test_a_text_is_explained_with_its_words_its_duty_and_the_rules_that_said_so(context: Context) -> None:
    said = run("dispatch", "explain", "广济路路灯不亮三天了").output
    assert all(word in said for word in ("市政", "路灯不亮", "职责：", policies.active_policy(context).version))
    unsure = run("dispatch", "explain", "有些话想说一说").output
    assert "转派遣专席" in unsure


def test_why_a_case_went_there_is_told_by_what_was_in_force_that_day(context: Context) -> None:
    petition_id = lives.redispatched(context)
    number = lives.petition_of(context, petition_id).case_number
    first = policies.active_policy(context).version
    other = dataclasses.replace(policies.active_policy(context), version="other")
    policies.activate_policy(context, other, Actor(Role.OPERATOR, name="测试运维"))
    said = run("dispatch", "why", number).output
    assert all(part in said for part in ("派遣", "出现“路灯不亮”", first, "改派", "候选"))
    assert "other" not in said
    assert run("dispatch", "why", "SZ-1").exit_code == 1


def cautious_rules(folder: Path) -> Path:
    """The shipped rules, with a threshold that no petition reaches, judged on a single case."""
    shutil.copytree(POLICY_DIR, folder)
    for name, former, value in (("learning.yaml", "value: 30", "value: 1"), ("dispatch.yaml", "value: 2", "value: 50")):
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(text.replace(former, value, 1), encoding="utf-8")
    return folder


def test_changed_rules_are_tried_on_closed_cases_and_refused_when_worse(context: Context, tmp_path: Path) -> None:
    lives.archived(context)
    folder, out = str(cautious_rules(tmp_path / "policy")), tmp_path / "moved.csv"
    tried = run("dispatch", "backtest", folder, "--out", str(out))
    assert tried.exit_code == 1
    assert "自动派遣由派对1件、派错0件变为派对0件、派错0件" in tried.output
    with read_rows(out) as rows:
        (moved,) = list(rows)
    assert (moved["改后派给"], moved["变化"]) == ("转专席", "变差")
    assert lives.TEXT not in out.read_text("utf-8"), "what people wrote stays in the ledger"
    refused = run("policy", "activate", "--by", "测试运维", folder)
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert run("policy", "activate", "--by", "测试运维", "--force", folder).exit_code == 0


def test_without_closed_cases_there_is_nothing_to_compare(context: Context) -> None:
    assert "还没有办结的诉求" in run("dispatch", "backtest").output
