"""Every route for everybody: what the interface answers is what `api.permissions` says, cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

import clock
from api.app import build_app
from api.permissions import PERMISSIONS, STATUSES, Access, Asker
from domain.attachments import MAY_ADD, Purpose
from models.tables import Assignment
from tests.api.beside import BESIDE
from tests.api.conftest import LAMPS, OTHER, TOWN, UNIT, Api
from tests.api.routes import CHANGES, FIGURE, LOOK, LOOKING, READS, REASON, Case, Changing
from tests.support.files import a_photo
from tests.support.steps import petition_of

KEY_OF = {asker: asker.value for asker in Asker} | {Asker.ASSISTING_UNIT: "town", Asker.OTHER_UNIT: "other"}
DOCUMENTATION = ("/docs", "/openapi.json")
"""What the framework itself serves: the description of the interface, which is no secret."""
_OF = "/petitions/{petition_id}"
Ask = Callable[[Api, Case, str], httpx.Response]


def read(path: str) -> Ask:
    def ask(api: Api, case: Case, who: str) -> httpx.Response:
        number = petition_of(api.context, case[0]).case_number
        names = {"petition_id": case[0], "query_code": case[1], "case_number": number, "figure": FIGURE}
        if "{attachment_id}" in path:  # the same photo again is the one that is there
            sent = api.post("anybody", f"/progress/{case[1]}/attachments", a_photo())
            names["attachment_id"] = sent.json()["attachment_id"]
        return api.get(who, path.format(**names))

    return ask


def change(route: Changing) -> Ask:
    contents: dict[Case, Any] = {}

    def ask(api: Api, case: Case, who: str) -> httpx.Response:
        if case not in contents:
            contents[case] = route.content(api)
        return api.post(who, route.address(case), contents[case])

    return ask


def register(api: Api, _: Case, who: str) -> httpx.Response:
    return api.post(who, "/petitions", {"channel": "wechat" if who == "channel" else "web", "text": LAMPS})


def known(api: Api) -> Case:
    """Somebody left a name."""
    return api.in_hand(petitioner={"name": "测试甲"})


def look(api: Api, case: Case, who: str) -> httpx.Response:
    return api.post(who, LOOKING.format(petition_id=case[0]), LOOK | PURPOSES.get(who, {}))


PURPOSES = {"inspector": {"purpose": "inspection"}}


def with_a_photo(api: Api) -> Case:
    case = api.in_hand()
    assert api.post("anybody", f"/progress/{case[1]}/attachments", a_photo()).status_code == 200
    return case


def attach(api: Api, case: Case, who: str) -> httpx.Response:
    """Everybody adds what their role may: for which purpose is a rule of its own."""
    role, *_ = api.role_of(who) if who != "anybody" else (None,)
    purpose = min(MAY_ADD.get(role, [Purpose.PETITION]) if role else [Purpose.PETITION])
    address = f"/petitions/{case[0]}/attachments?name=photo.jpg&purpose={purpose}"
    return api.post(who, address, a_photo())


def desk_recused(api: Api) -> Case:
    case = api.in_hand()
    api.done("desk", f"/petitions/{case[0]}/recusal", {"unit": OTHER, **REASON})
    return case


# How each route is asked, and for which petition; a change is asked of the petition for which it is open.
ASKED: dict[str, tuple[Callable[[Api], Case], Ask]] = (
    {f"GET {path.partition('?')[0]}": (Api.in_hand, read(path)) for path in READS}
    | {f"POST {route.path.partition('?')[0]}": (route.reached, change(route)) for route in CHANGES}
    | {f"{route.method} {route.path}": (route.reached, route.ask) for route in BESIDE}
    | {"POST /petitions": (Api.in_hand, register), f"POST {LOOKING}": (known, look)}
    | {f"POST {_OF}/attachments": (Api.in_hand, attach)}
    | {
        f"GET {by}/attachments/{{attachment_id}}": (with_a_photo, read(f"{by}/attachments/{{attachment_id}}"))
        for by in (_OF, "/progress/{query_code}")
    }
    | {
        f"POST {_OF}/recusal-lifting": (
            desk_recused,
            lambda api, case, who: api.post(who, f"/petitions/{case[0]}/recusal-lifting", {"number": 1, **REASON}),
        )
    }
)


@pytest.fixture
def database_kind() -> str:
    """Who may do what asks no database but through the same services; every other test of the interface has both."""
    return "sqlite"


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    found = {
        f"{method} {route.path}"
        for route in iter_route_contexts(build_app().routes)
        for method in route.methods or ()
        if not str(route.path).startswith(DOCUMENTATION)
    }
    assert found == PERMISSIONS.keys(), "a new route needs a row in api/permissions.py"
    assert ASKED.keys() == PERMISSIONS.keys(), "a new route needs a line in tests/api/routes.py"


def test_a_row_has_everybody() -> None:
    assert all(row.keys() == set(Asker) for row in PERMISSIONS.values())


@pytest.mark.parametrize("route", PERMISSIONS)
def test_every_cell(api: Api, route: str) -> None:
    reach, ask = ASKED[route]
    refused = {asker: access for asker, access in PERMISSIONS[route].items() if access is not Access.ALLOWED}
    case = _known_to_units(api, reach(api))
    before = petition_of(api.context, case[0]).version
    for asker, access in refused.items():
        answer = ask(api, case, KEY_OF[asker])
        assert answer.status_code == STATUSES[access], f"{route} for {asker}: {answer.text}"
    assert petition_of(api.context, case[0]).version == before
    for place, asker in enumerate(asker for asker in Asker if asker not in refused):
        if place and route.startswith("POST"):  # the one before may have moved it on
            case = _known_to_units(api, reach(api))
        answer = ask(api, case, KEY_OF[asker])
        assert answer.status_code in {200, 201}, f"{route} for {asker}: {answer.text}"


def _known_to_units(api: Api, case: Case) -> Case:
    """Let unit and town have had a part in it once, so that both see it; the part is over and binds them to nothing."""
    now = clock.now()
    with api.context.sessions.begin() as session:
        for unit in (UNIT, TOWN):
            past = Assignment(petition_id=case[0], unit=unit, part="assist", assigned_at=now, ended_at=now)
            past.outcome = "reported"
            session.add(past)
    return case
