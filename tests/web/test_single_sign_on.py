"""Signing in at a real identity provider and back, and everything that must not work."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.single_sign_on import DirectoryRules
from gateways.openid import NotProven, OpenIdProvider, ProviderAway, Registration
from models.accounts import Account, ProviderVisit
from services import accounts, sign_in_history
from services.context import Context
from tests.support.context import a_context
from tests.support.pages import Page, Visitor, credentials, signed_in
from tests.support.provider import OTHERS, SITE, Provider, come_back, provider

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_passwords")]

NEWCOMER, NOBODY = "xinren", "luren"
_numbers = itertools.count()
RULES = DirectoryRules(
    role_claim="groups",
    roles={"诉求派遣": Role.DESK, "诉求承办": Role.UNIT},
    unit_claim="groups",
    units={"市政园林": "municipal-parks", "住建": "housing"},
)
OPERATOR = Actor(Role.OPERATOR, name="测试运维")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The provider, and the people in its directory."""
    people = [
        *((f"zhuanxi{number}", []) for number in range(40)),
        (NOBODY, []),
        *((NEWCOMER, ["诉求承办", "市政园林"]), ("liangke", ["诉求承办", "诉求派遣"]), ("wudanwei", ["诉求承办"])),
    ]
    with provider(tmp_path_factory.mktemp("provider"), *people) as running:
        yield running


@pytest.fixture
def desk() -> str:
    """What the provider calls somebody of the desk; somebody else in each test."""
    return f"zhuanxi{next(_numbers)}"


@pytest.fixture
def context(engine: sa.Engine, there: Provider) -> Context:
    """On the clock on the wall: the provider has no other."""
    return a_context(engine, identity_provider=there.known_as())


@pytest.fixture
def mapped(engine: sa.Engine, there: Provider) -> Context:
    """Where the directory says who has which role."""
    return a_context(engine, identity_provider=there.known_as(), directory=RULES)


def sent(visitor: Visitor, page: str = "/sign-in/provider") -> str:
    """Where the platform sends the browser."""
    answer = visitor.client.get(page, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def through(visitor: Visitor, name: str, page: str = "/sign-in/provider") -> Page:
    """To the provider, signed in there as `name`, and back."""
    return visitor.open(come_back(sent(visitor, page), name))


def opened(context: Context, name: str, login: str, role: Role = Role.DESK, unit: str | None = None) -> None:
    accounts.create_account(context, name, role, unit, login)


def test_somebody_the_provider_knows_signs_in_where_they_were_going(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    visitor = Visitor(context)
    asked = visitor.open("/tasks?cursor=abc")
    [link] = [link for link in asked.links if link.startswith("/sign-in/provider")]
    page = through(visitor, desk, link)
    assert (page.status, page.path, page.answer.url.query) == (200, "/tasks", b"cursor=abc")
    assert "测试专席" in page.text
    assert visitor.open("/account").status == 200
    [line] = sign_in_history.history(context, OPERATOR)
    assert (line.login, line.way, line.outcome) == ("测试专席", "统一身份认证", "登录")


def test_what_the_browser_is_sent_with(context: Context) -> None:
    asked = parse_qs(urlsplit(sent(Visitor(context))).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{SITE}/sign-in/provider/back"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    with context.readers() as session:
        kept = session.scalars(sa.select(ProviderVisit.state)).one()
    assert kept != asked["state"][0], "whoever reads the ledger cannot come back in somebody's place"


def test_the_first_password_of_an_account_is_nobodys_business_at_the_provider(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    assert through(Visitor(context), desk).path == "/tasks", "and not the page for another password"


def test_coming_back_twice_is_refused(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    visitor = Visitor(context)
    back = come_back(sent(visitor), desk)
    assert visitor.open(back).path == "/tasks"
    again = visitor.open(back)
    assert (again.status, "结果无法确认" in again.text) == (403, True)


def test_another_browser_cannot_come_back_for_this_one(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    visitor, other = Visitor(context), Visitor(context)
    back = come_back(sent(visitor), desk)
    sent(other)
    assert other.open(back).status == 403
    assert other.open("/tasks").path == "/sign-in"


@pytest.mark.parametrize(
    "change", [{"state": "x" * 43}, {"code": "x"}, {"code": ""}, {"iss": "https://elsewhere.example"}], ids=str
)
def test_a_return_that_was_tampered_with_is_refused(desk: str, context: Context, change: dict[str, str]) -> None:
    opened(context, "测试专席", desk)
    visitor = Visitor(context)
    back = urlsplit(come_back(sent(visitor), desk))
    given = {name: values[0] for name, values in parse_qs(back.query).items()} | change
    page = Page(visitor.client.get(back.path, params=given))
    assert (page.status, "没有登录" in page.text) == (403, True), page.text
    assert visitor.open("/tasks").path == "/sign-in"


def test_whoever_turns_back_at_the_provider_is_told(context: Context) -> None:
    page = Visitor(context).open("/sign-in/provider/back?error=access_denied&state=x")
    assert (page.status, "没有放行" in page.text) == (403, True)


def test_a_visit_that_took_too_long_is_refused(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    visitor = Visitor(context)
    back = come_back(sent(visitor), desk)
    with context.sessions.begin() as session:
        session.execute(sa.update(ProviderVisit).values(began_at=clock.now().subtract(minutes=15)))
    assert visitor.open(back).status == 403


def token_for(known: OpenIdProvider, desk: str, nonce: str) -> str:
    """An ID token that the provider made for this client and this nonce."""
    back = parse_qs(urlsplit(come_back(known.address("state", nonce, "v" * 43), desk)).query)
    with known._session(known._known()) as session:
        token = session.fetch_token(
            known._known().address("token_endpoint"),
            grant_type="authorization_code",
            code=back["code"][0],
            code_verifier="v" * 43,
        )
    return str(token["id_token"])


def test_a_token_for_another_system_or_another_visit_proves_nothing(desk: str, there: Provider) -> None:
    ours, theirs = there.known_as(), there.known_as(OTHERS)
    token = token_for(theirs, desk, "nonce-1")
    assert theirs.proven(token, "nonce-1")["sub"] == desk
    with pytest.raises(NotProven):
        ours.proven(token, "nonce-1")
    with pytest.raises(NotProven):
        theirs.proven(token, "nonce-2")
    head, body, signature = token.split(".")
    with pytest.raises(NotProven):
        theirs.proven(f"{head}.{body}.{signature[::-1]}", "nonce-1")
    with clock.use(clock.StoryClock(clock.now().add(days=30))), pytest.raises(NotProven):
        theirs.proven(token, "nonce-1")


def test_the_verifier_is_asked_for(desk: str, there: Provider) -> None:
    known = there.known_as()
    back = parse_qs(urlsplit(come_back(known.address("state", "nonce", "v" * 43), desk)).query)
    with pytest.raises(NotProven):
        known.identify(back["code"][0], "nonce", "w" * 43)


def test_a_wrong_secret_and_a_secret_that_is_not_there(desk: str, there: Provider, context: Context) -> None:
    known = there.known_as()
    assert known.registration.secret_file is not None
    known.registration.secret_file.write_text("another", "utf-8")
    back = parse_qs(urlsplit(come_back(known.address("state", "nonce", "v" * 43), desk)).query)
    with pytest.raises(NotProven):
        known.identify(back["code"][0], "nonce", "v" * 43)
    known.registration.secret_file.unlink()
    with pytest.raises(ProviderAway):
        known.identify("any", "nonce", "v" * 43)


def test_somebody_without_an_account_is_told_what_to_do_and_operators_see_who_came(context: Context) -> None:
    visitor = Visitor(context)
    page = through(visitor, NOBODY)
    assert page.status == 403
    assert f"已确认您是“{NOBODY}”，但平台上没有您的账号" in page.text
    assert visitor.open("/tasks").path == "/sign-in"
    [line] = sign_in_history.history(context, OPERATOR)
    assert (line.login, line.known, line.outcome) == (NOBODY, False, "没有对应的账号")
    with context.readers() as session:
        assert session.scalars(sa.select(Account)).all() == []


def test_a_disabled_account_stays_out(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    accounts.disable_account(context, "测试专席")
    page = through(Visitor(context), desk)
    assert (page.status, "账号已停用" in page.text) == (403, True), page.text


def test_a_login_that_somebody_else_has_now_opens_nothing(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    assert through(Visitor(context), desk).path == "/tasks"
    with context.sessions.begin() as session:
        session.execute(sa.update(Account).values(subject="f" * 64))
    page = through(Visitor(context), desk)
    assert (page.status, "首次登录时是另一个人" in page.text) == (403, True)
    accounts.link_account(context, "测试专席", desk)
    assert through(Visitor(context), desk).path == "/tasks", "an operator looked at it"


def test_failures_from_an_address_count_as_those_with_passwords_do(context: Context) -> None:
    for _ in range(context.sign_in.failures_of_address):
        assert Visitor(context).open("/sign-in/provider/back?state=x&code=x").status == 403
    page = Visitor(context).open("/sign-in/provider")
    assert (page.status, "15分钟后再试" in page.text) == (403, True)
    visitor = Visitor(context)
    tried = visitor.send(visitor.open("/sign-in").form("/sign-in"), **credentials("x", "y"))
    assert "15分钟后再试" in tried.text


def test_the_directory_opens_an_account_and_goes_on_saying_whose_it_is(mapped: Context) -> None:
    visitor = Visitor(mapped)
    assert through(visitor, NEWCOMER).path == "/tasks"
    [made] = accounts.list_accounts(mapped)
    assert (made.name, made.role, made.unit) == (NEWCOMER, "unit", "municipal-parks")
    assert "在平台上没有密码" in visitor.open("/account").text
    tried = visitor.send(visitor.open("/sign-in").form("/sign-in"), **credentials(NEWCOMER, "!"))
    assert tried.status == 403, "what is kept instead of a password is none"
    with mapped.sessions.begin() as session:
        session.execute(sa.update(Account).values(unit="housing"))
    through(Visitor(mapped), NEWCOMER)
    assert accounts.list_accounts(mapped)[0].unit == "municipal-parks"


@pytest.mark.parametrize(
    ("name", "said"), [(NOBODY, "没有您在本平台的角色"), ("liangke", "或不止一个"), ("wudanwei", "没有您的承办单位")]
)
def test_a_directory_that_says_nothing_clear_opens_nothing(mapped: Context, name: str, said: str) -> None:
    page = through(Visitor(mapped), name)
    assert (page.status, said in page.text) == (403, True)
    assert accounts.list_accounts(mapped) == []


def test_an_account_of_the_same_name_is_not_taken_over(mapped: Context) -> None:
    accounts.create_account(mapped, NEWCOMER, Role.OPERATOR, None)
    page = through(Visitor(mapped), NEWCOMER)
    assert (page.status, "尚未与统一身份关联" in page.text) == (403, True)


def test_signing_out_here_says_that_one_is_signed_in_there(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    visitor = Visitor(context)
    through(visitor, desk)
    page = visitor.send(visitor.open("/account").form("/sign-out"))
    assert "已退出本平台" in page.text
    [there] = [link for link in page.links if "end_session" in link]
    assert parse_qs(urlsplit(there).query)["post_logout_redirect_uri"] == [f"{SITE}/sign-in"]
    assert visitor.open("/tasks").path == "/sign-in"


def test_a_session_that_ran_out_loses_no_word_at_the_provider_either(desk: str, context: Context) -> None:
    opened(context, "测试专席", desk)
    visitor = Visitor(context)
    visitor.report("法院判决生效以后，对方至今没有履行")
    through(visitor, desk)
    queue = visitor.open("/tasks")
    case = visitor.open(next(link for link in queue.links if link.startswith("/cases/")))
    visitor.client.cookies.delete("session")
    page = visitor.send(case.form("/note"), text="已电话告知申请执行的办法")
    assert (page.status, "登录已过期" in page.text) == (401, True)
    through(visitor, desk)
    assert "记录办理情况：已完成" in visitor.send(page.form("/note")).text


def test_a_provider_that_is_away_is_said_so_and_passwords_go_on(desk: str, engine: sa.Engine) -> None:
    nobody = Registration("http://127.0.0.1:9", "rongetong", None, SITE)
    context = a_context(engine, identity_provider=OpenIdProvider(nobody))
    page = Visitor(context).open("/sign-in/provider?to=/tasks")
    assert (page.status, "暂时不可用" in page.text) == (503, True)
    assert page.form("/sign-in").fields["to"] == "/tasks"
    assert signed_in(Visitor(context), Role.DESK).open("/tasks").path == "/tasks"


def test_keys_that_are_changed_are_asked_for_again(desk: str, context: Context, there: Provider) -> None:
    opened(context, "测试专席", desk)
    assert through(Visitor(context), desk).path == "/tasks"
    there.stop()
    assert Visitor(context).open("/sign-in/provider/back?state=x&code=x").status == 403
    there.start()
    assert through(Visitor(context), desk).path == "/tasks"


def test_without_a_provider_there_is_no_such_page(engine: sa.Engine) -> None:
    visitor = Visitor(a_context(engine))
    assert visitor.open("/sign-in/provider").status == 404
    assert "统一身份" not in visitor.open("/sign-in").text
