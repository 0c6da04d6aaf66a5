"""Every page of administration for everybody who signs in: what it answers is what the table says, cell by cell."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from fastapi.routing import iter_route_contexts

import clock
from api.permissions import PAGES, STATUSES, Access, Asker
from domain.actions import Role
from domain.administration import COMMAND_LINE
from models.tables import PolicyChange
from services import accounts, keys, policy_changes
from services.context import Context
from tests.support.context import POLICY_DIR, a_context
from tests.support.pages import ShownForm, Visitor, signed_in
from web.app import build_pages

pytestmark = pytest.mark.usefixtures("cheap_passwords")

UNITS = {Asker.UNIT: "municipal-parks", Asker.ASSISTING_UNIT: "wenhualu-street", Asker.OTHER_UNIT: "housing"}
ROLE_OF = {Asker.PARTY: Role.PARTY_INSPECTOR} | dict.fromkeys(UNITS, Role.UNIT)
SIGNING_IN = [asker for asker in Asker if asker not in {Asker.ANYBODY, Asker.CHANNEL}]


def visitor_as(context: Context, asker: Asker) -> Visitor:
    visitor = Visitor(context)
    if asker is Asker.ANYBODY:
        return visitor
    unit = "shizhong-yunbao" if asker is Asker.MEDIA else UNITS.get(asker)
    role = ROLE_OF[asker] if asker in ROLE_OF else Role(asker.value)
    return signed_in(visitor, role, unit)


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine, policy_dir=POLICY_DIR)


def address(context: Context, path: str) -> str:
    number = accounts.list_accounts(context)[0].number
    if "/changes/" in path:
        with context.readers() as session:
            number = session.scalars(sa.select(PolicyChange.id)).one()
    return path.format(number=number, act="unlock", prefix=keys.list_keys(context)[0].prefix)


@pytest.mark.parametrize("asker", [Asker.ANYBODY, *SIGNING_IN])
def test_every_page_answers_everybody_as_the_table_says(context: Context, asker: Asker) -> None:
    accounts.create_account(context, "另一个账号", Role.DESK, None)
    keys.create_key(context, Role.DESK, None, "测试系统")
    district = (POLICY_DIR / "district.yaml").read_bytes().replace(b"case_prefix: SZ", b"case_prefix: SY")
    policy_changes.upload(context, COMMAND_LINE, [("district.yaml", district)], whole=False, reason="试一试")
    visitor = visitor_as(context, asker)
    token = visitor.open("/account" if asker is not Asker.ANYBODY else "/sign-in").forms[0].fields["once"]
    for route, row in PAGES.items():
        method, _, path = route.partition(" ")
        there = address(context, path)
        page = visitor.open(there) if method == "GET" else visitor.send(ShownForm(there, {"once": token}))
        if row[asker] is Access.NO_KEY:
            assert (page.path == "/sign-in") or page.status == 401, route
        elif row[asker] is Access.ALLOWED:
            assert page.status in ({200} if method == "GET" else {200, 409, 422}), f"{route}: {page.text}"
        else:
            assert page.status == STATUSES[row[asker]], f"{route}: {page.text}"


def test_every_page_of_administration_is_in_the_table() -> None:
    found = {
        f"{method} {route.path}"
        for route in iter_route_contexts(build_pages().routes)
        for method in route.methods or ()
        if str(route.path).startswith("/administration")
    }
    assert found == PAGES.keys(), "a new page needs a row in api/permissions.py"
