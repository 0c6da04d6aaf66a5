"""Every page at once: what another site sends, what was shown to nobody, and addresses made to break something."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from fastapi.routing import iter_route_contexts

import clock
from domain.actions import Actor, Role
from domain.attachments import Purpose
from models.tables import Petition
from services import accounts, attachments, keys
from services.context import Context
from tests.support import steps
from tests.support.context import a_context
from tests.support.files import a_photo
from tests.support.pages import Visitor, credentials, signed_in
from tests.web.office import UNIT, done
from web.app import build_pages

pytestmark = pytest.mark.usefixtures("cheap_passwords")

PLANTED = "别的网站写进来的话"
ROLES = [Role.DESK, Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.OPERATOR, Role.FOLLOW_UP]
HOSTILE = ["9" * 30, "9" * 5000, "\0", "-1", "²", "' OR 1=1 --", "../../etc/passwd", "NaN"]
NOT_UTF8 = ["%ED%A0%80", "%FF%FE"]
PARAMETERS = [
    "cursor",
    "category",
    "town",
    "stage",
    "due",
    "card",
    "number",
    "from",
    "until",
    "to",
    "start",
    "end",
    "period",
    "month",
    "unit",
    "level",
    "kind",
    "figure",
    "page",
    "offset",
    "before",
    "after",
    "name",
    "q",
    "tab",
    "type",
    "zoom",
    "days",
    "sort",
    "longitude",
    "latitude",
    "done",
    "small",
    "trial",
    "changed",
    "photos",
]
_SOME = [PARAMETERS[at : at + 10] for at in range(0, len(PARAMETERS), 10)]


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine)


def routes(method: str) -> list[str]:
    found = [str(route.path) for route in iter_route_contexts(build_pages().routes) if method in (route.methods or ())]
    assert len(found) > 20
    return found


def filled(path: str, value: str) -> str:
    return re.sub(r"\{[^}]*\}", lambda _: value, path)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_sends_is_neither_taken_nor_shown(context: Context, site: str) -> None:
    """Not even to somebody without a session: they would sign in, and send on what the other site had written."""
    visitor, nobody = signed_in(Visitor(context), Role.DESK), Visitor(context)
    for path in routes("POST"):
        for browser in (visitor, nobody):
            answer = browser.client.post(
                filled(path, "00000000-0000-4000-8000-000000000000"),
                data={"reason": PLANTED, "text": PLANTED},
                headers={"Sec-Fetch-Site": site, "Accept": "text/html"},
                follow_redirects=False,
            )
            assert (answer.status_code, PLANTED in answer.text) == (403, False), path


def test_a_form_that_nobody_was_shown_does_nothing(context: Context) -> None:
    """Every address that takes a form, by everybody who signs in: nothing is done without the token of a page."""
    for role in ROLES:
        visitor = signed_in(Visitor(context), role)
        for path in routes("POST"):
            answer = visitor.client.post(filled(path, "1"), data={"reason": PLANTED}, follow_redirects=False)
            assert answer.status_code in {403, 404, 409, 422}, f"{role} {path}: {answer.status_code}"


# What one database takes for a name or a number, the other refuses.
@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("role", [Role.DESK, Role.OPERATOR])
def test_no_address_breaks_anything(context: Context, role: Role) -> None:
    visitor = signed_in(Visitor(context), role)
    encoded = [*(quote(value, safe="") for value in HOSTILE), *NOT_UTF8]
    for path in routes("GET"):
        if path.endswith("/live") or path.startswith("/static/"):
            continue
        addresses = [filled(path, value) for value in encoded] if "{" in path else []
        plain = filled(path, "1")
        addresses += [f"{plain}?{'&'.join(f'{name}={value}' for name in some)}" for some in _SOME for value in encoded]
        for address in addresses:
            answer = visitor.client.get(address, headers={"Accept": "text/html"}, follow_redirects=False)
            assert answer.status_code < 500, f"{address[:200]}: {answer.status_code}"


def test_signs_that_turn_the_writing_around_are_not_kept(context: Context) -> None:
    """What somebody wrote is read by others as it was written, on every page, in every table and document."""
    Visitor(context).report("路灯\u202e坏了，请\u2066修理\u2069", place="广济路\u202d北段\uffff", name="测试\u202a甲")
    with context.readers() as session:
        found = session.scalars(sa.select(Petition)).one()
    assert (found.text, found.place) == ("路灯坏了，请修理", "广济路北段")


PUBLIC = {"/", "/report", "/follow", "/published", "/sign-in", "/sign-out", "/wall", "/static", "/place"}
ONE = "3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11"


def inside(method: str) -> list[str]:
    """The addresses that are for whoever is signed in."""
    paths = [path for path in routes(method) if f"/{path.split('/')[1]}" not in PUBLIC]
    return [filled(path, ONE if "petition_id" in path else "1") for path in paths]


def test_every_page_but_those_for_everybody_asks_who_it_is(context: Context) -> None:
    nobody = Visitor(context)
    for path in inside("GET"):
        answer = nobody.client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)
        if path.endswith("/live"):
            assert answer.status_code == 204, path
        else:
            assert (answer.status_code, answer.headers["location"][:9]) == (303, "/sign-in?"), path
    for path in inside("POST"):
        assert nobody.client.post(path, data={"reason": "无"}, follow_redirects=False).status_code == 401, path


def test_a_first_password_opens_no_page_but_the_one_to_change_it(context: Context) -> None:
    first = accounts.create_account(context, "测试新人", Role.OPERATOR, None)
    visitor = Visitor(context)
    visitor.send(visitor.open("/sign-in").form("/sign-in"), **credentials("测试新人", first))
    for path in inside("GET"):
        if not path.startswith("/account") and not path.endswith("/live"):
            assert visitor.open(path).path == "/account", path
    for path in inside("POST"):
        if not path.startswith("/account"):
            assert visitor.client.post(path, data={"reason": "无"}, follow_redirects=False).status_code == 403, path


XSS = "<xss onload=alert(1)>\"'><script>alert(1)</script>{{7*7}}"


def test_no_page_runs_what_somebody_wrote(context: Context) -> None:
    """Markup in every field that people fill in, then every page that is a link away from where somebody begins."""
    Visitor(context).report(f"{XSS}文化路街道广济路路灯不亮", place=XSS, name=XSS[:90], contact="13800001234")
    with context.readers() as session:
        case = session.scalars(sa.select(Petition.id)).one()
    steps.settle(context, case)
    at_unit = signed_in(Visitor(context), Role.UNIT, UNIT, f"单位{XSS[:20]}")
    done(at_unit, case, "sign")
    done(at_unit, case, "note", text=f"已查看{XSS}", public="yes")
    file = attachments.add(context, case, Actor(Role.UNIT, UNIT, "甲"), f"{XSS}.jpg", a_photo(3), Purpose.EVIDENCE)
    assert "<" not in file.name
    keys.create_key(context, Role.DESK, None, XSS[:70])
    shown = 0
    for role in ROLES:
        visitor = signed_in(Visitor(context), role, name=f"{role.value}{XSS[:20]}")
        filters = visitor.open("/tasks?due=today")
        if filters.status == 200 and any(form.action.endswith("/filters") for form in filters.forms):
            visitor.send(filters.form("/filters"), name=XSS[:28])
        seen: set[str] = set()
        waiting = ["/tasks", "/account", "/overview", "/map", "/review", "/inspect", "/reports", "/press", "/calls"]
        waiting += ["/administration", f"/cases/{case}", f"/inspect/dossiers/{case}", f"/tasks?number={quote(XSS)}"]
        while waiting and len(seen) < 45:
            path = waiting.pop(0)
            if path in seen or not path.startswith("/") or path.endswith((".docx", ".xlsx", ".csv", ".zip")):
                continue
            seen.add(path)
            page = visitor.open(path)
            assert page.status < 500, path
            assert "<xss" not in page.html, path
            assert "<script>alert" not in page.html, path
            shown += "&lt;xss" in page.html
            waiting += page.links
    assert shown > 3 * len(ROLES), "their words are on these pages, as words"
