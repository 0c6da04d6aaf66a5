"""Every page at once: what another site sends, what was shown to nobody, and addresses made to break something."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from fastapi.routing import iter_route_contexts

import clock
from api.limits import Buckets, Rate
from domain.actions import Role
from models.tables import Petition
from services.context import Context
from tests.support.context import a_context
from tests.support.pages import Visitor, signed_in
from web.app import create_pages

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


def routes(context: Context, method: str) -> list[str]:
    buckets = Buckets(Rate(1, 1), time.monotonic)
    found = [
        str(route.path)
        for route in iter_route_contexts(create_pages(context, buckets, buckets).routes)
        if method in (route.methods or ())
    ]
    assert len(found) > 20
    return found


def filled(path: str, value: str) -> str:
    return re.sub(r"\{[^}]*\}", lambda _: value, path)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_sends_is_neither_taken_nor_shown(context: Context, site: str) -> None:
    """Not even to somebody without a session: they would sign in, and send on what the other site had written."""
    visitor, nobody = signed_in(Visitor(context), Role.DESK), Visitor(context)
    for path in routes(context, "POST"):
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
        for path in routes(context, "POST"):
            answer = visitor.client.post(filled(path, "1"), data={"reason": PLANTED}, follow_redirects=False)
            assert answer.status_code in {403, 404, 409, 422}, f"{role} {path}: {answer.status_code}"


# What one database takes for a name or a number, the other refuses.
@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("role", [Role.DESK, Role.OPERATOR])
def test_no_address_breaks_anything(context: Context, role: Role) -> None:
    visitor = signed_in(Visitor(context), role)
    encoded = [*(quote(value, safe="") for value in HOSTILE), *NOT_UTF8]
    for path in routes(context, "GET"):
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
