"""Rules on the pages: a changed file is checked, compared, tried, put in force at a time, and taken back."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from models.tables import Petition, PolicyChange, PolicyVersion
from services import policies, policy_changes
from services.context import Context
from tests.support.context import POLICY_DIR, a_context, shipped_policy
from tests.support.pages import Page, Visitor, signed_in

pytestmark = pytest.mark.usefixtures("cheap_passwords")

LADDER = (POLICY_DIR / "ladder.yaml").read_text("utf-8")
OPERATOR = Actor(Role.OPERATOR, name="测试运维乙")


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine, policy_dir=POLICY_DIR)


@pytest.fixture
def operator(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.OPERATOR)


def with_returns(number: int) -> bytes:
    """`ladder.yaml` with another number of returns."""
    changed, count = re.subn(r"(?m)(^return_limit:\n  value: )\d+", rf"\g<1>{number}", LADDER, count=1)
    assert count == 1
    return changed.encode()


def sent(operator: Visitor, *files: tuple[str, bytes], extent: str = "some", reason: str = "收紧退单") -> Page:
    form = operator.open("/administration/policy").form("/policy")
    return operator.upload(form, *files, extent=extent, reason=reason)


def activated(operator: Visitor, page: Page, **fields: str) -> Page:
    given = {"reason": "区里决定", "seen": "yes"} | fields
    return operator.send(page.form("/activation"), **given)


def in_force(context: Context) -> str:
    with context.readers() as session:
        return session.scalars(sa.select(PolicyVersion.version).where(PolicyVersion.active)).one()


def standing(context: Context) -> str:
    with context.readers() as session:
        return session.scalars(sa.select(PolicyChange.standing).order_by(PolicyChange.id.desc())).first() or ""


def test_a_changed_file_is_compared_and_put_in_force_and_old_cases_keep_their_rules(
    context: Context, operator: Visitor
) -> None:
    Visitor(context).report("文化路街道广济路路灯不亮，出行不便")
    page = sent(operator, ("ladder.yaml", with_returns(7)))
    assert page.path.startswith("/administration/policy/changes/"), page.text
    assert "ladder.return_limit" in page.text
    assert "7次" in page.text
    assert in_force(context) == shipped_policy().version, "nothing is in force by being sent"
    done = activated(operator, page)
    assert "已启用" in done.text, done.text
    assert policies.active_policy(context).ladder.return_limit == 7
    Visitor(context).report("建设北路垃圾无人清运，气味难闻")
    with context.readers() as session:
        old, new = session.scalars(sa.select(Petition.policy_version).order_by(Petition.registered_at, Petition.id))
    assert {old, new} == {shipped_policy().version, in_force(context)}
    assert "测试平台运维 启用规则" in operator.open("/administration/records").text


def test_everything_that_is_wrong_is_named_by_file_and_line(context: Context, operator: Visitor) -> None:
    page = sent(operator, ("ladder.yaml", with_returns(0)), ("district.yaml", b"name: [\n"))
    assert page.status == 422
    line = next(number for number, text in enumerate(LADDER.splitlines(), 1) if text.startswith("return_limit"))
    assert "规则有错，没有收下" in page.text
    assert re.search(rf"ladder\.yaml ({line}|{line + 1}) return_limit", page.text), page.text
    assert "district.yaml" in page.text
    assert page.form("/policy").fields["reason"] == "收紧退单"
    assert policy_changes.changes(context, OPERATOR) == []


def damaged() -> bytes:
    """An archive whose list is whole and whose content is not."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ladder.yaml", LADDER)
    content = bytearray(made.getvalue())
    begin = 30 + len("ladder.yaml")
    content[begin : begin + 20] = b"\xff" * 20
    return bytes(content)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), "没有选择文件"),
        ((("notes.txt", b"x"),), "规则文件为"),
        ((("../ladder.yaml", b"x"),), "规则文件为"),
        ((("ladder.yaml", b"\xff\xfe"),), "不是 UTF-8"),
        ((("calendar.yaml", b"x"),), "不随规则启用"),
        ((("set.zip", b"no archive"),), "不是完好的 ZIP"),
        ((("set.zip", damaged()),), "不是完好的 ZIP"),
        ((("unheard-of.yaml", b"a: 1"),), "不认识的文件"),
        ((("ladder.yaml", LADDER.encode()),), "没有不同"),
    ],
    ids=["none", "no rules", "elsewhere", "no text", "calendar", "no archive", "damaged", "unknown", "the same"],
)
def test_what_cannot_be_rules_is_refused(operator: Visitor, files: tuple[tuple[str, bytes], ...], said: str) -> None:
    page = sent(operator, *files)
    assert (page.status, said in page.text) == (422, True), page.text


def test_a_reason_is_asked_for(operator: Visitor) -> None:
    page = sent(operator, ("ladder.yaml", with_returns(7)), reason=" ")
    assert (page.status, "请写明原因" in page.text) == (422, True)


def test_the_whole_set_goes_out_and_comes_back_changed(context: Context, operator: Visitor) -> None:
    archive = operator.client.get("/administration/policy/files.zip")
    assert archive.headers["content-type"] == "application/zip"
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive.content)) as had,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as has,
    ):
        assert "taxonomy/municipal.yaml" in had.namelist()
        for name in had.namelist():
            has.writestr(f"policy/{name}", with_returns(6) if name == "ladder.yaml" else had.read(name))
    page = sent(operator, ("规则.zip", changed.getvalue()), extent="whole")
    assert "ladder.yaml 逐行" in page.text, page.text
    activated(operator, page)
    assert policies.active_policy(context).ladder.return_limit == 6
    again = sent(operator, ("ladder.yaml", with_returns(7)))
    assert "6次" in again.text, "the next change starts from the files that were sent"


def test_a_missing_file_of_a_whole_set_is_named(operator: Visitor) -> None:
    page = sent(operator, ("ladder.yaml", with_returns(7)), extent="whole")
    assert (page.status, "缺少此文件" in page.text) == (422, True)


def test_nothing_is_put_in_force_unseen_or_without_a_reason(context: Context, operator: Visitor) -> None:
    page = sent(operator, ("ladder.yaml", with_returns(7)))
    for fields, said in (({"seen": ""}, "请先看过"), ({"reason": ""}, "reason")):
        refused = activated(operator, page, **fields)
        assert refused.status == 422
        assert said in refused.html
    assert in_force(context) == shipped_policy().version


def test_a_change_waits_for_its_time(context: Context, operator: Visitor, frozen_clock: clock.StoryClock) -> None:
    page = sent(operator, ("ladder.yaml", with_returns(7)))
    planned = activated(operator, page, valid_from="2026-03-09T00:00")
    assert "已定于日后启用" in planned.text, planned.text
    assert policy_changes.activate_due(context) == 0
    frozen_clock.move_to(frozen_clock.now().add(days=7))
    assert policy_changes.activate_due(context) == 1
    assert policies.active_policy(context).ladder.return_limit == 7
    assert policy_changes.activate_due(context) == 0


def test_a_plan_that_would_undo_what_came_between_is_not_carried_out(
    context: Context, operator: Visitor, frozen_clock: clock.StoryClock
) -> None:
    activated(operator, sent(operator, ("ladder.yaml", with_returns(7))), valid_from="2026-03-09T00:00")
    outdated = sent(operator, ("ladder.yaml", with_returns(8)))
    activated(operator, sent(operator, ("ladder.yaml", with_returns(9))))
    page = activated(operator, outdated)
    assert (page.status, "现行规则又变了" in page.text) == (409, True)
    frozen_clock.move_to(frozen_clock.now().add(days=7))
    assert policy_changes.activate_due(context) == 0
    assert policies.active_policy(context).ladder.return_limit == 9
    said = {change.standing.name for change in policy_changes.changes(context, OPERATOR)}
    assert said == {"未启用：其间现行规则已改", "已上传，未启用", "已启用"}


def test_a_plan_is_withdrawn_and_decided_once(context: Context, operator: Visitor) -> None:
    planned = activated(operator, sent(operator, ("ladder.yaml", with_returns(7))), valid_from="2026-03-09T00:00")
    form = planned.form("/withdrawal")
    assert "已撤下" in operator.send(form, reason="改期再议").text
    again = activated(operator, planned)
    assert (again.status, "已撤下" in again.text) == (409, True)
    assert standing(context) == "withdrawn"


def test_a_former_version_comes_back_as_a_change_of_its_own(context: Context, operator: Visitor) -> None:
    activated(operator, sent(operator, ("ladder.yaml", with_returns(7))))
    form = operator.open("/administration/policy").form("/rollback")
    page = operator.send(form, reason="效果不好")
    assert "7次" in page.text
    assert "恢复旧版" in page.text
    assert "已启用" in activated(operator, page).text
    assert in_force(context) == shipped_policy().version
    kinds = [change.kind for change in policy_changes.changes(context, OPERATOR)]
    assert kinds == ["恢复旧版", "上传"]


def test_a_trial_says_what_becomes_of_the_cases_there_are(context: Context, operator: Visitor) -> None:
    Visitor(context).report("文化路街道广济路路灯不亮，出行不便")
    page = sent(operator, ("ladder.yaml", with_returns(7)))
    trial = operator.open(f"{page.path}?trial")
    assert "未结诉求1件，时限、次数、通知一律不变" in trial.text
    assert "派遣不变" in trial.text
    assert in_force(context) == shipped_policy().version


def test_the_command_line_writes_into_the_same_history(context: Context, operator: Visitor) -> None:
    page = sent(operator, ("ladder.yaml", with_returns(7)))
    activated(operator, page)
    policies.roll_back(context, shipped_policy().version, OPERATOR)
    first = policy_changes.changes(context, OPERATOR)[0]
    assert (first.by, first.kind, first.version) == ("测试运维乙", "恢复旧版", shipped_policy().version)


def test_the_second_of_two_who_decide_is_told(context: Context, operator: Visitor) -> None:
    page = sent(operator, ("ladder.yaml", with_returns(7)))
    other = signed_in(Visitor(context), Role.OPERATOR, name="测试运维丙")
    theirs = other.open(page.path)
    activated(operator, page)
    late = other.send(theirs.form("/withdrawal"), reason="再想想")
    assert (late.status, "已启用，不能再改" in late.text) == (409, True)
