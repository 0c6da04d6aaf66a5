"""`rongetong accounts`, as operators type it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from cli.app import app
from services import sign_in
from services.context import Context
from services.sign_in_tries import SignInRefused

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["accounts", *arguments], terminal_width=200)


def created(*arguments: str) -> str:
    done = run("create", *arguments)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def test_an_account_is_made_and_its_password_opens_it(context: Context) -> None:
    password = created("测试专席", "--role", "desk")
    assert sign_in.sign_in(context, "测试专席", password, "192.0.2.1")
    listed = run("list").output
    assert all(word in listed for word in ("测试专席", "派遣专席", "待改密码"))
    assert password not in listed


def test_an_account_that_cannot_be_is_refused_in_words(context: Context) -> None:
    done = run("create", "测试园林", "--role", "unit")
    assert done.exit_code == 1
    assert "须写明单位代码" in done.output


def test_disabling_enabling_and_resetting(context: Context) -> None:
    password = created("测试园林", "--role", "unit", "--unit", "municipal-parks")
    assert run("disable", "测试园林").exit_code == 0
    assert "停用" in run("list").output
    with pytest.raises(SignInRefused):
        sign_in.sign_in(context, "测试园林", password, "192.0.2.1")
    assert run("enable", "测试园林").exit_code == 0
    fresh = run("reset-password", "测试园林").output.strip()
    assert fresh != password
    assert sign_in.sign_in(context, "测试园林", fresh, "192.0.2.1")
    assert run("disable", "无此账号").exit_code == 1


def test_an_account_is_linked_to_the_identity_provider_and_no_other_has_that_name(context: Context) -> None:
    created("测试专席", "--role", "desk", "--login", "zhuanxi")
    created("测试信息员", "--role", "follow_up")
    assert "zhuanxi" in run("list").output
    taken = run("link", "测试信息员", "zhuanxi")
    assert (taken.exit_code, "已与账号“测试专席”关联" in taken.output) == (1, True)
    assert run("link", "测试专席").exit_code == 0
    assert run("link", "测试信息员", "zhuanxi").exit_code == 0
    assert run("link", "测试信息员", " ").exit_code == 1
