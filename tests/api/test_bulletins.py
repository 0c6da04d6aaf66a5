"""Bulletins over the wire: issued once, against the version that was seen; read as text, document and workbook."""

from __future__ import annotations

import io
import zipfile

import pendulum
import pytest

import clock
from api.bulletins import DOCX, XLSX
from domain.periods import PeriodKind
from services import bulletins
from services.context import Context
from tests.api.conftest import Api


@pytest.fixture
def draft(api: Api, context: Context, frozen_clock: clock.StoryClock) -> str:
    """The address of a draft."""
    api.completed()
    frozen_clock.move_to(pendulum.datetime(2026, 3, 9, 1, tz=clock.SHANGHAI))
    assert bulletins.make_due(context, PeriodKind.WEEK) == 1
    [found] = api.get("leader", "/bulletins", kind="week").json()["bulletins"]
    assert api.get("leader", "/bulletins", kind="month").json()["bulletins"] == []
    return f"/bulletins/{found['id']}"


def test_it_is_issued_once_and_of_the_version_that_was_seen(api: Api, draft: str) -> None:
    assert api.get("unit", draft).status_code == 404
    stale = api.post("leader", f"{draft}/issue", {}, If_Match='"4"')
    assert (stale.status_code, stale.json()["code"], stale.json()["current"]["version"]) == (409, "stale-version", 1)
    asked = {"If_Match": '"1"', "Idempotency_Key": "once-and-only"}
    first = api.post("leader", f"{draft}/issue", {"opinion": "请对照整改"}, **asked)
    assert (first.status_code, first.headers["etag"], first.json()["standing"]["code"]) == (200, '"2"', "issued")
    again = api.post("leader", f"{draft}/issue", {"opinion": "请对照整改"}, **asked)
    assert (again.json(), again.headers["idempotent-replay"]) == (first.json(), "true")
    late = api.post("inspector", f"{draft}/discard", {"reason": "有误"})
    assert (late.status_code, late.json()["code"], late.json()["allowed_actions"]) == (409, "bulletin-decided", [])
    shown = api.get("unit", draft)
    assert (shown.status_code, shown.json()["number"]) == (200, first.json()["number"])


def test_its_files_are_what_they_say(api: Api, draft: str) -> None:
    for part, kind, inside in (("document", DOCX, "word/document.xml"), ("annex", XLSX, "xl/workbook.xml")):
        answer = api.get("inspector", f"{draft}/{part}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["cache-control"] == "no-store"
        assert inside in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert api.get("unit", f"{draft}/{part}").status_code == 404
        assert api.get("anybody", f"{draft}/{part}").status_code == 401


@pytest.mark.parametrize("who", ["unit", "desk", "operator", "reviewer", "follow_up", "channel"])
def test_nobody_else_issues(api: Api, draft: str, who: str) -> None:
    assert api.post(who, f"{draft}/issue", {}).status_code in {403, 404}
    assert api.post(who, f"{draft}/discard", {"reason": "有误"}).status_code in {403, 404}
    assert api.get("leader", draft).json()["version"] == 1


def test_what_cannot_be_meant_is_named(api: Api, draft: str) -> None:
    for part, body, field in (("issue", {"more": 1}, "more"), ("discard", {}, "reason")):
        refused = api.post("leader", f"{draft}/{part}", body)
        assert refused.status_code == 422
        assert [error["field"].rpartition(".")[2] for error in refused.json()["errors"]] == [field]
    nobodys = "/bulletins/00000000-0000-4000-8000-000000000000"
    assert api.post("leader", f"{nobodys}/issue", {}).status_code == 404
    assert api.get("leader", nobodys).status_code == 404
