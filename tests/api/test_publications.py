"""What everybody reads: the feed as feed readers take it, what has not changed, and what was withdrawn."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pendulum
import pytest

import clock
from domain.media import PublicationKind
from models.media_answers import ProposalIn
from services import publications
from tests.api.beside import DESK, told_in_public
from tests.api.conftest import Api
from tests.support import ledgers
from tests.support.steps import petition_of

ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEED = "/publications/feed"


def published(api: Api, title: str, text: str, kind: str = "process") -> str:
    """Number of a process that was published."""
    number = petition_of(api.context, api.in_hand(text=f"{title}，请尽快处理")[0]).case_number
    asked = ProposalIn(case_number=number, kind=PublicationKind(kind), title=title, text=text)
    row = publications.propose(api.context, DESK, asked)
    return publications.publish(api.context, row.id, DESK, reason="同意").number or ""


def entries(api: Api) -> list[ET.Element]:
    answer = api.get("anybody", FEED)
    assert answer.headers["content-type"] == "application/atom+xml"
    return ET.fromstring(answer.content).findall("a:entry", ATOM)


def did(api: Api, who: str, path: str, reason: str) -> None:
    answer = api.post(who, path, {"reason": reason})
    assert answer.status_code == 200, answer.text


def said(entry: ET.Element, name: str) -> str:
    return entry.findtext(f"a:{name}", "", ATOM)


def test_a_feed_of_nothing_is_a_feed(api: Api) -> None:
    root = ET.fromstring(api.get("anybody", FEED).content)
    assert (root.findtext("a:title", "", ATOM), root.findall("a:entry", ATOM)) == ("融e通 办理公开", [])
    assert pendulum.parse(root.findtext("a:updated", "", ATOM))


def test_the_feed_tells_each_publication_the_latest_first(api: Api, frozen_clock: clock.StoryClock) -> None:
    first = published(api, "路灯<亮了>", "更换灯具 & 电缆，请打13800001234")
    frozen_clock.move_to(clock.now().add(hours=1))
    second = published(api, "井盖补上了", "当日补齐")
    newer, older = entries(api)
    assert [said(newer, "id").rsplit("/", 1)[1], said(older, "id").rsplit("/", 1)[1]] == [second, first]
    assert (said(older, "title"), said(older, "summary")) == ("路灯<亮了>", "更换灯具 & 电缆，请打[电话]")
    link = older.find("a:link", ATOM)
    assert link is not None
    assert (link.get("href") or "").endswith(f"/published/{first}"), "people read the page, programs the feed"
    assert said(newer, "updated") == said(newer, "published") > said(older, "published")
    root = ET.fromstring(api.get("anybody", FEED).content)
    assert root.findtext("a:updated", "", ATOM) == said(newer, "updated")


def test_the_feed_tells_reply_correction_and_withdrawal(api: Api, frozen_clock: clock.StoryClock) -> None:
    told_in_public(api)
    [entry] = entries(api)
    assert said(entry, "summary").splitlines()[1] == "单位答复：今日已修复"
    frozen_clock.move_to(clock.now().add(days=1))
    [held] = api.get("inspector", "/media/publications").json()["publications"]
    address = f"/media/publications/{held['id']}"
    did(api, "inspector", f"{address}/correction", "平台派错")
    [corrected] = entries(api)
    assert said(corrected, "summary").splitlines()[2] == "更正：平台派错"
    assert said(corrected, "updated") > said(corrected, "published")
    did(api, "inspector", f"{address}/withdrawal", "有误")
    [gone] = entries(api)
    assert said(gone, "title").endswith("(已撤回)")
    assert "逾期多日" not in said(gone, "summary")
    assert "已撤回：有误" in said(gone, "summary")


@pytest.mark.parametrize("address", ["/publications", FEED, "/publications/{number}"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"another", {}', "*"])
@ledgers.ON_ONE
def test_what_did_not_change_is_not_sent_again(api: Api, address: str, form: str) -> None:
    path = address.format(number=published(api, "路灯亮了", "更换灯具"))
    first = api.get("anybody", path)
    asked = {"If-None-Match": form.format(first.headers["etag"])}
    again = api.client.get(path, headers=asked)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["cache-control"] == first.headers["cache-control"]
    published(api, "井盖补上了", "当日补齐")
    later: Any = api.client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert later.status_code == (304 if "number" in address else 200)


def test_what_was_withdrawn_is_gone_and_says_why(api: Api) -> None:
    number = published(api, "路灯亮了", "更换灯具")
    seen = api.get("anybody", f"/publications/{number}").headers["etag"]
    [held] = api.get("desk", "/media/publications").json()["publications"]
    did(api, "desk", f"/media/publications/{held['id']}/withdrawal", "有误")
    gone = api.client.get(f"/publications/{number}", headers={"If-None-Match": seen})
    assert gone.status_code == 410
    assert (gone.json()["title"], gone.json()["text"], gone.json()["withdrawal"]) == ("", "", "有误")
    assert api.get("anybody", "/publications/GK-2026-09999").status_code == 404
