"""Accounts, keys, units, the roster and the records on the pages, as an operator works with them."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Role
from models.tables import IdempotentReply
from services import accounts, keys, sign_in
from services.context import Context
from services.sign_in_tries import SignInRefused
from tests.support.pages import GOOD_PASSWORD, Page, Visitor, credentials, signed_in

pytestmark = pytest.mark.usefixtures("cheap_passwords")

NAME = "测试园林甲"
HERE = "192.0.2.1"


@pytest.fixture
def operator(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.OPERATOR)


def secret_in(page: Page) -> str:
    found = re.search(r'class="secret">([^<]+)<', page.html)
    assert found, page.text
    return found[1]


def made(operator: Visitor, name: str = NAME, role: str = "unit", unit: str = "municipal-parks") -> str:
    form = operator.open("/administration/accounts").form("/accounts")
    return secret_in(operator.send(form, name=name, role=role, unit=unit))


def page_of(operator: Visitor, name: str = NAME) -> Page:
    [number] = [one.number for one in accounts.list_accounts(operator.context) if one.name == name]
    return operator.open(f"/administration/accounts/{number}")


def did(operator: Visitor, act: str, **fields: str) -> Page:
    return operator.send(page_of(operator).form(f"/{act}"), **fields)


def acts(operator: Visitor) -> str:
    return operator.open("/administration/records").text


def test_before_there_is_any_account_the_page_says_how_to_make_one(context: Context) -> None:
    assert "accounts create 运维甲 --role operator" in Visitor(context).open("/sign-in").text
    accounts.create_account(context, "测试运维", Role.OPERATOR, None)
    assert "accounts create" not in Visitor(context).open("/sign-in").text


def test_whoever_begins_is_told_what_is_missing(operator: Visitor) -> None:
    page = operator.open("/administration")
    assert "还没有账号的岗位：派遣专席、一级研判小组、二级研判领导小组、纪检监察、信息员" in page.text
    assert "运维只有一人" in page.text
    assert "承办单位还没有账号或密钥" in page.text
    made(operator, "测试专席", "desk", "")
    made(operator, "测试运维乙", "operator", "")
    page = operator.open("/administration")
    assert "一级研判小组" in page.text
    assert "派遣专席" not in page.text
    assert "运维至少两人" in page.text


def test_an_account_is_opened_and_its_password_opens_it_and_is_kept_nowhere(operator: Visitor) -> None:
    password = made(operator)
    assert sign_in.sign_in(operator.context, NAME, password, HERE)
    assert password not in operator.open("/administration/accounts").html
    with operator.context.readers() as session:
        assert password not in repr(session.scalars(sa.select(IdempotentReply.body)).all())
    assert f"测试平台运维 开通账号 {NAME} 承办单位 区市政园林服务中心" in acts(operator)


def test_the_same_form_twice_is_one_account_and_shows_its_password_once(operator: Visitor) -> None:
    form = operator.open("/administration/accounts").form("/accounts")
    password = secret_in(operator.send(form, name=NAME, role="desk"))
    again = operator.send(form, name=NAME, role="desk")
    assert (again.status, "先前已提交过一次" in again.text, password in again.html) == (200, True, False)
    assert sum(one.name == NAME for one in accounts.list_accounts(operator.context)) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": NAME, "role": ""}, "请填写"),
        ({"name": NAME, "role": "unit"}, "承办单位的账号须写明单位代码"),
        ({"name": NAME, "role": "channel"}, "来源渠道不使用账号"),
        ({"name": NAME, "role": "nosuch"}, "role"),
        ({"name": "甲" * 61, "role": "desk"}, "60"),
        ({"name": "测试平台运维", "role": "desk"}, "已有名为“测试平台运维”的账号"),
        ({"name": NAME, "role": "unit", "unit": "nosuch"}, "没有代码为“nosuch”的单位"),
    ],
)
def test_an_account_that_cannot_be_comes_back_with_the_reason(
    operator: Visitor, fields: dict[str, str], said: str
) -> None:
    form = operator.open("/administration/accounts").form("/accounts")
    page = operator.send(form, **fields)
    assert page.status == 422, page.text
    assert page.form("/accounts").fields["name"] == fields["name"]
    assert len(accounts.list_accounts(operator.context)) == 1
    if said not in {"role", "请填写"}:
        assert said in page.text


def test_a_reset_gives_a_password_and_ends_what_the_old_one_began(operator: Visitor) -> None:
    token = sign_in.sign_in(operator.context, NAME, made(operator), HERE)
    page = did(operator, "reset")
    assert sign_in.session_of(operator.context, token) is None
    assert sign_in.sign_in(operator.context, NAME, secret_in(page), HERE)


def test_whoever_has_to_wait_is_let_in_again(operator: Visitor) -> None:
    password = made(operator)
    for _ in range(operator.context.sign_in.failures_of_account):
        with pytest.raises(SignInRefused):
            sign_in.sign_in(operator.context, NAME, "wrong", HERE)
    page = page_of(operator)
    assert "连续输错，须等待" in page.text
    assert "密码不对" in page.text
    assert "不必再等待" in did(operator, "unlock").text
    assert sign_in.sign_in(operator.context, NAME, password, HERE)


def test_sessions_are_seen_and_ended(operator: Visitor) -> None:
    tokens = [sign_in.sign_in(operator.context, NAME, password, HERE) for password in [made(operator)] * 2]
    assert "2处" in page_of(operator).text
    assert "已登录的都已退出" in did(operator, "end").text
    assert [sign_in.session_of(operator.context, token) for token in tokens] == [None, None]


def test_a_session_that_is_over_is_none(operator: Visitor, frozen_clock: clock.StoryClock) -> None:
    sign_in.sign_in(operator.context, NAME, made(operator), HERE)
    frozen_clock.move_to(frozen_clock.now().add(minutes=20))
    operator.open("/administration")
    frozen_clock.move_to(frozen_clock.now().add(minutes=15))
    assert "0处" in page_of(operator).text


def test_disabling_and_enabling(operator: Visitor) -> None:
    password = made(operator)
    assert "已停用" in did(operator, "disable").text
    with pytest.raises(SignInRefused):
        sign_in.sign_in(operator.context, NAME, password, HERE)
    assert "已启用" in did(operator, "enable").text
    assert sign_in.sign_in(operator.context, NAME, password, HERE)
    assert all(words in acts(operator) for words in (f"停用账号 {NAME}", f"启用账号 {NAME}"))


def test_an_account_acts_in_another_capacity_from_then_on(operator: Visitor) -> None:
    token = sign_in.sign_in(operator.context, NAME, made(operator), HERE)
    wrong = did(operator, "standing", role="unit", unit="")
    assert (wrong.status, "须写明单位代码" in wrong.text) == (422, True)
    assert "角色和单位已改" in did(operator, "standing", role="unit", unit="housing").text
    who = sign_in.session_of(operator.context, token)
    assert who is not None
    assert who.actor.unit == "housing"


def test_whoever_decides_on_what_is_no_longer_so_is_told(operator: Visitor) -> None:
    made(operator)
    seen = page_of(operator).form("/disable")
    did(operator, "standing", role="desk", unit="")
    page = operator.send(seen)
    assert (page.status, "刚被别人改过" in page.text) == (409, True)
    assert accounts.list_accounts(operator.context)[0].disabled_at is None


def test_whoever_disables_somebody_sees_what_they_leave_behind(operator: Visitor) -> None:
    made(operator, "测试运维乙", "operator", "")
    second = signed_in(Visitor(operator.context), Role.OPERATOR, None, "测试运维丁")
    second.send(
        second.open("/administration/keys").form("/keys"), label="测试热线系统", role="channel", channel="hotline"
    )
    keys.create_key(operator.context, Role.UNIT, "municipal-parks", "测试园林系统")
    made(operator)
    page = page_of(operator, "测试运维丁")
    assert "由其发放的密钥“测试热线系统”" in page.text
    assert "再没有人能登录" not in page.text, "other operators are left"
    page = page_of(operator)
    assert "同一单位的密钥“测试园林系统”" in page.text
    assert "再没有人能登录" not in page.text, "the key still acts for the unit"
    made(operator, "测试住建甲", unit="housing")
    assert "“承办单位 区住房和城乡建设局”再没有人能登录" in page_of(operator, "测试住建甲").text
    page = operator.send(page_of(operator, "测试运维丁").form("/disable"))
    assert "停用以后还留着的" in page.text
    assert second.open("/administration").path == "/sign-in"
    operator.send(operator.open("/administration/keys").form("/revocation"))
    operator.send(operator.open("/administration/keys").form("/revocation"))
    assert "还留着的" not in page_of(operator, "测试运维丁").text


def test_an_operator_sees_where_somebody_is_signed_in(operator: Visitor) -> None:
    assert sign_in.sign_in(operator.context, NAME, made(operator), "192.0.2.7")
    assert "地址 192.0.2.7" in page_of(operator).text


def test_nobody_shuts_themselves_out_and_one_operator_is_left(operator: Visitor) -> None:
    own = page_of(operator, "测试平台运维")
    assert not any(form.action.endswith(("/disable", "/standing")) for form in own.forms)
    form = own.form("/reset")
    form.action = form.action.replace("/reset", "/disable")
    page = operator.send(form)
    assert (page.status, "不能停用自己的账号" in page.text) == (409, True)
    made(operator, "测试运维乙", "operator", "")
    page = operator.send(page_of(operator, "测试运维乙").form("/disable"))
    assert "已停用" in page.text
    with pytest.raises(Exception, match="最后一个"):
        accounts.disable_account(operator.context, "测试平台运维")


def test_keys_are_given_out_once_and_revoked_and_their_use_is_seen(operator: Visitor) -> None:
    form = operator.open("/administration/keys").form("/keys")
    page = operator.send(form, label="测试住建系统", role="unit", unit="housing")
    key = secret_in(page)
    assert key not in operator.open("/administration/keys").html
    assert keys.list_keys(operator.context)[0].last_used_at is None
    actor = keys.find_actor(operator.context, key)
    assert actor is not None
    assert (actor.unit, actor.name) == ("housing", "测试住建系统")
    assert keys.list_keys(operator.context)[0].last_used_at is not None
    page = operator.send(operator.open("/administration/keys").form("/revocation"))
    assert "已吊销" in page.text
    assert keys.find_actor(operator.context, key) is None
    assert "吊销密钥" in acts(operator)


def test_whoever_gives_out_a_key_sees_until_when_and_is_warned(
    operator: Visitor, frozen_clock: clock.StoryClock
) -> None:
    form = operator.open("/administration/keys").form("/keys")
    assert form.fields["last_day"] == "2027-03-02"
    operator.send(form, label="测试一年的", role="desk")
    form = operator.open("/administration/keys").form("/keys")
    operator.send(form, label="测试不到期的", role="desk", endless="yes")
    wrong = operator.send(
        operator.open("/administration/keys").form("/keys"), label="测", role="desk", last_day="2026-01-01"
    )
    assert (wrong.status, "今天之后、十年之内" in wrong.text) == (422, True)
    assert {key.label: key.last_day and str(key.last_day) for key in keys.list_keys(operator.context)} == {
        "测试一年的": "2027-03-02",
        "测试不到期的": None,
    }
    assert "将到期" not in operator.open("/administration").text
    frozen_clock.move_to(frozen_clock.now().add(days=340))
    operator = signed_in(operator, Role.OPERATOR, None, "测试运维丙")
    assert "1个接口密钥已到期或将到期" in operator.open("/administration").text
    assert "测试一年的" in operator.open("/administration/keys").text.partition("发放密钥")[0]


def test_the_record_says_from_what_to_what_an_account_was_changed(operator: Visitor) -> None:
    made(operator)
    did(operator, "standing", role="unit", unit="housing")
    assert "承办单位 区市政园林服务中心 → 承办单位 区住房和城乡建设局" in acts(operator)


def test_a_key_of_a_channel_is_for_that_channel(operator: Visitor) -> None:
    form = operator.open("/administration/keys").form("/keys")
    wrong = operator.send(form, label="测试渠道", role="channel", channel="X Y")
    assert (wrong.status, "渠道代码只能含" in wrong.text) == (422, True)
    key = secret_in(operator.send(wrong.form("/keys"), label="测试渠道", role="channel", channel="wechat"))
    actor = keys.find_actor(operator.context, key)
    assert actor is not None
    assert actor.unit == "wechat"


def test_units_are_shown_with_their_duties_and_whoever_acts_for_them(operator: Visitor) -> None:
    made(operator)
    page = operator.open("/administration/units")
    assert NAME in page.text
    assert "2019-01-01起" in page.text
    [link] = [link for link in page.links if link.endswith("?unit=housing")]
    assert operator.open(link).form("/accounts").fields["unit"] == "housing"


def test_somebody_stands_in_on_duty(operator: Visitor, frozen_clock: clock.StoryClock) -> None:
    page = operator.open("/administration/roster")
    form = page.form("/roster")
    member = next(value for value in form.options["member"] if value)
    done = operator.send(form, day="2026-03-05", member=member, reason="原值班人外出勘察")
    assert "替班已登记" in done.text
    wrong = operator.send(done.form("/roster"), day="2026-03-01", member=member, reason="已过的一天")
    assert (wrong.status, "这一天已过" in wrong.text) == (422, True)
    assert wrong.form("/roster").fields["reason"] == "已过的一天"


def test_inspectors_read_the_records_and_do_nothing(context: Context, operator: Visitor) -> None:
    made(operator)
    inspector = signed_in(Visitor(context), Role.INSPECTOR)
    assert NAME in inspector.open("/administration/records").text
    page = inspector.open("/administration")
    assert [link for link in page.links if link.startswith("/administration/")] == ["/administration/records"]
    assert inspector.open("/administration/accounts").status == 403


def test_older_records_are_a_link_away(operator: Visitor) -> None:
    made(operator)
    for _ in range(101):
        accounts.enable_account(operator.context, NAME)
    page = operator.open("/administration/records")
    [link] = [link for link in page.links if "acts_before" in link]
    assert f"开通账号 {NAME}" not in page.text
    assert f"开通账号 {NAME}" in operator.open(link).text


def test_a_first_password_lets_somebody_in_who_then_takes_their_own(operator: Visitor) -> None:
    visitor = Visitor(operator.context)
    page = visitor.send(visitor.open("/sign-in").form("/sign-in"), **credentials(NAME, made(operator)))
    assert page.path == "/account"
    visitor.send(page.form("/account"), former="x", new=GOOD_PASSWORD)
    assert visitor.open("/tasks").path == "/account"
