"""Signing in to the pages, out again, and what happens to whoever is not."""

from __future__ import annotations

import pytest

import clock
from domain.actions import Actor, Role
from domain.errors import NotPermitted
from services import accounts, sign_in_history
from services.context import Context
from tests.support.pages import GOOD_PASSWORD, Page, Visitor, credentials, signed_in

pytestmark = pytest.mark.usefixtures("cheap_passwords")

NAME = "测试专席"


@pytest.fixture
def password(context: Context) -> str:
    return accounts.create_account(context, NAME, Role.DESK, None)


def tried(visitor: Visitor, password: str, name: str = NAME, page: Page | None = None) -> Page:
    form = (page or visitor.open("/sign-in")).form("/sign-in")
    return visitor.send(form, **credentials(name, password))


def test_the_first_password_is_good_for_one_thing(visitor: Visitor, password: str) -> None:
    assert tried(visitor, password).path == "/account"
    assert visitor.open("/tasks").path == "/account"
    page = visitor.open("/account")
    assert "请先换成自己的" in page.text
    assert "密码已改" in visitor.send(page.form("/account"), former=password, new=GOOD_PASSWORD).text
    assert visitor.open("/tasks").path == "/tasks"


def test_wrong_words_are_said_to_be_wrong_and_the_name_stays(visitor: Visitor, password: str) -> None:
    page = tried(visitor, "wrong")
    assert (page.status, "账号或密码不对" in page.text) == (403, True)
    fields = page.form("/sign-in").fields
    assert (fields["account-name"], fields["account-password"]) == (NAME, "")
    assert tried(visitor, "wrong", "nobody").text.replace("nobody", NAME) == page.text


def test_whoever_fails_too_often_is_told_to_wait(visitor: Visitor, password: str) -> None:
    for _ in range(visitor.context.sign_in.failures_of_account):
        tried(visitor, "wrong")
    assert "15分钟后再试" in tried(visitor, password).text


def test_a_stranger_locks_nobody_out_of_the_browser_they_work_with(context: Context) -> None:
    own, stranger = signed_in(Visitor(context), Role.DESK, name=NAME), Visitor(context)
    own.send(own.open("/account").form("/sign-out"))
    for _ in range(context.sign_in.failures_of_account):
        tried(stranger, "wrong")
    assert "分钟后再试" in tried(stranger, GOOD_PASSWORD).text
    assert tried(own, GOOD_PASSWORD).path == "/tasks"
    assert NAME not in own.client.cookies["known"]


def test_the_session_is_another_one_each_time_and_no_script_reads_it(visitor: Visitor, password: str) -> None:
    tokens = []
    for _ in range(2):
        tried(visitor, password)
        tokens.append(visitor.client.cookies["session"])
    assert len(set(tokens)) == 2
    visitor.client.cookies.set("session", tokens[0])
    assert visitor.open("/account").path == "/sign-in", "the former one is over"


def test_whoever_is_signed_in_elsewhere_sees_it_and_signs_out_there(context: Context) -> None:
    here, there = signed_in(Visitor(context), Role.DESK, name=NAME), Visitor(context)
    stranger = signed_in(Visitor(context), Role.REVIEWER)
    assert "别处" not in here.open("/account").text
    tried(there, GOOD_PASSWORD)
    page = here.open("/account")
    assert all(said in page.text for said in ("这里", "别处", "地址 testclient", "3月2日"))
    form = page.form("/account/others")
    assert "已退出" in here.send(form).text
    assert there.open("/tasks").path == "/sign-in"
    again = here.send(form)
    assert (again.status, "可能已经退出" in again.text) == (409, True)
    assert [visitor.open("/tasks").path for visitor in (here, stranger)] == ["/tasks", "/tasks"]


def test_one_session_is_ended_and_the_others_go_on_or_all_but_this_one(context: Context) -> None:
    here = signed_in(Visitor(context), Role.DESK, name=NAME)
    others = [Visitor(context), Visitor(context)]
    for visitor in others:
        tried(visitor, GOOD_PASSWORD)
    page = here.open("/account")
    here.send(page.form("/account/others"))
    still = [visitor.open("/tasks").path == "/tasks" for visitor in others]
    assert sorted(still) == [False, True]
    tried(others[still.index(False)], GOOD_PASSWORD)
    everywhere = next(
        form for form in here.open("/account").forms if form.action == "/account/others" and "mark" not in form.fields
    )
    here.send(everywhere)
    assert [visitor.open("/tasks").path for visitor in (here, *others)] == ["/tasks", "/sign-in", "/sign-in"]


def test_nobody_ends_the_session_of_somebody_else(context: Context) -> None:
    own, stranger = signed_in(Visitor(context), Role.DESK, name=NAME), signed_in(Visitor(context), Role.REVIEWER)
    tried(Visitor(context), GOOD_PASSWORD)
    form = own.open("/account").form("/account/others")
    theirs = stranger.open("/account")
    assert "别处" not in theirs.text
    form.fields = {**theirs.form("/sign-out").fields, "mark": form.fields["mark"]}
    assert stranger.send(form).status == 409
    assert "别处" in own.open("/account").text


def test_signing_out(context: Context) -> None:
    visitor = signed_in(Visitor(context), Role.DESK)
    token = visitor.client.cookies["session"]
    assert visitor.send(visitor.open("/account").form("/sign-out")).path == "/sign-in"
    visitor.client.cookies.set("session", token)
    assert visitor.open("/tasks").path == "/sign-in"


def test_whoever_is_sent_to_sign_in_comes_back_where_they_were_going(visitor: Visitor, context: Context) -> None:
    signed_in(visitor, Role.DESK, name=NAME)
    visitor.client.cookies.delete("session")
    page = visitor.open("/tasks?cursor=abc")
    assert page.path == "/sign-in"
    assert tried(visitor, GOOD_PASSWORD, page=page).answer.url.query == b"cursor=abc"


@pytest.mark.parametrize(
    "to", ["https://example.org/", "//example.org/tasks", "/\\example.org", "/tasks\r\nX: y", "/docs"]
)
def test_signing_in_leads_to_no_other_place(visitor: Visitor, context: Context, to: str) -> None:
    signed_in(visitor, Role.DESK, name=NAME)
    form = visitor.open("/sign-in").form("/sign-in")
    page = visitor.send(form, **credentials(NAME, GOOD_PASSWORD), to=to)
    assert page.answer.url.host == "testserver"
    assert page.path == "/tasks"


@pytest.mark.parametrize(
    ("former", "new", "reason"),
    [
        ("wrong", "another good one", "现在的密码不对"),
        (GOOD_PASSWORD, "short", "至少10位"),
        (GOOD_PASSWORD, GOOD_PASSWORD, "不能与现在的相同"),
    ],
)
def test_a_password_that_is_not_taken(visitor: Visitor, former: str, new: str, reason: str) -> None:
    signed_in(visitor, Role.DESK)
    page = visitor.send(visitor.open("/account").form("/account"), former=former, new=new)
    assert (page.status, reason in page.text) == (422, True)
    assert new not in page.html


def test_a_session_that_ran_out_loses_no_word(
    visitor: Visitor, context: Context, frozen_clock: clock.StoryClock
) -> None:
    signed_in(visitor, Role.DESK, name=NAME)
    Visitor(context).report("法院判决后对方一直不执行")
    queue = visitor.open("/tasks")
    case = visitor.open(next(link for link in queue.links if link.startswith("/cases/")))
    form = case.form("/note")
    frozen_clock.move_to(frozen_clock.now().add(minutes=31))
    page = visitor.send(form, text="已电话告知向法院申请执行")
    assert (page.status, "登录已过期" in page.text) == (401, True)
    again = tried(visitor, "wrong", page=page)
    resumed = tried(visitor, GOOD_PASSWORD, page=again)
    assert resumed.form("/note").fields["text"] == "已电话告知向法院申请执行"
    assert (f"{NAME}</a>" in resumed.html, "反映问题" in resumed.text) == (True, False), "the page of who is signed in"
    assert case.path + "/note" in resumed.links, "the way back without sending it"
    sent = visitor.send(resumed.form("/note"), text="已电话告知向法院申请强制执行")
    assert "记录办理情况：已完成" in sent.text
    assert "已电话告知向法院申请强制执行" in sent.text


def test_a_form_for_signing_in_that_lapsed_asks_for_the_password_again_and_does_not_show_it(visitor: Visitor) -> None:
    form = visitor.open("/sign-in").form("/sign-in")
    visitor.client.cookies.clear()
    page = visitor.send(form, **credentials(NAME, GOOD_PASSWORD), to="/calls", text="写了一半")
    assert (page.status, "请再输一次密码" in page.text) == (409, True)
    assert GOOD_PASSWORD not in page.html
    fields = page.form("/sign-in").fields
    assert (fields["account-name"], fields["to"], fields["text"]) == (NAME, "/calls", "写了一半")


def test_a_disabled_account_is_out_with_the_next_page(visitor: Visitor, context: Context) -> None:
    signed_in(visitor, Role.DESK, name=NAME)
    accounts.disable_account(context, NAME)
    assert visitor.open("/tasks").path == "/sign-in"


def test_a_password_that_was_reset_meanwhile_loses_no_word(visitor: Visitor, context: Context) -> None:
    signed_in(visitor, Role.DESK, name=NAME)
    Visitor(context).report("仲裁裁决已经生效，对方不肯履行")
    queue = visitor.open("/tasks")
    case = visitor.open(next(link for link in queue.links if link.startswith("/cases/")))
    first = accounts.reset_password(context, NAME)
    page = visitor.send(case.form("/note"), text="已电话告知怎样申请执行")
    assert page.status == 401, "whoever was signed in no longer is"
    resumed = tried(visitor, first, page=page)
    asked = visitor.send(resumed.form("/note"))
    assert (asked.status, "请先换成自己的" in asked.text) == (403, True)
    wrong = visitor.send(asked.form("/account"), former=first, new="short")
    assert wrong.status == 422
    changed = visitor.send(wrong.form("/account"), former=first, new=GOOD_PASSWORD)
    assert "已电话告知怎样申请执行" in changed.text
    assert first not in changed.html
    assert "记录办理情况：已完成" in visitor.send(changed.form("/note")).text


def test_what_happened_is_on_record_and_a_name_that_nobody_has_is_not(visitor: Visitor, password: str) -> None:
    tried(visitor, "wrong")
    tried(visitor, "wrong", "nobody's name, or a password in the wrong field")
    tried(visitor, password)
    visitor.send(visitor.open("/account").form("/sign-out"))
    lines = sign_in_history.history(visitor.context, Actor(Role.OPERATOR, name="测试运维"))
    assert [(line.login, line.way, line.outcome) for line in reversed(lines)] == [
        (NAME, "密码", "密码不对"),
        (NAME, "密码", "登录"),
        (NAME, "密码", "退出"),
    ]
    with pytest.raises(NotPermitted):
        sign_in_history.history(visitor.context, Actor(Role.DESK, name="测试专席"))


def test_the_record_is_kept_as_long_as_it_must_be(
    visitor: Visitor, password: str, frozen_clock: clock.StoryClock
) -> None:
    tried(visitor, "wrong")
    frozen_clock.move_to(frozen_clock.now() + visitor.context.sign_in.history)
    tried(visitor, "wrong")
    assert len(sign_in_history.history(visitor.context, Actor(Role.INSPECTOR, name="测试纪检"))) == 2
    frozen_clock.move_to(frozen_clock.now().add(seconds=1))
    tried(visitor, "wrong")
    assert len(sign_in_history.history(visitor.context, Actor(Role.INSPECTOR, name="测试纪检"))) == 2
