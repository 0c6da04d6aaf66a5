"""Photos on the form of a report, without scripts: whatever becomes of the form, they are not lost."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

import clock
from api.limits import Limits, Rate
from domain.actions import Role
from gateways.file_store import MemoryStore, StoreUnavailable
from models.tables import Attachment, HistoryRow
from services import stored_files
from services.context import Context
from tests.support.files import a_document, a_photo, taken_on_site
from tests.support.pages import Page, ShownForm, Visitor, signed_in
from tests.web.test_report import AGAIN, LAMPS, PLACE, petitions

LAMP, POLE = ("灯.jpg", taken_on_site(1)), ("杆.png", a_photo(2, "PNG"))
MARKS = re.compile(r'name="photo" value="([^"]+)" checked')


def sent(visitor: Visitor, *files: tuple[str, bytes], **fields: str) -> Page:
    return again(visitor, visitor.open("/").form("/report"), *files, **fields)


def again(visitor: Visitor, form: ShownForm, *files: tuple[str, bytes], **fields: str) -> Page:
    return visitor.upload(form, *files, into="photos", **fields)


def kept(context: Context) -> list[Attachment]:
    with context.readers() as session:
        return list(session.scalars(sa.select(Attachment).order_by(Attachment.added_at, Attachment.name)))


@pytest.mark.usefixtures("cheap_passwords")
def test_photos_come_with_the_report_and_their_desk_sees_them(visitor: Visitor, context: Context) -> None:
    receipt = sent(visitor, LAMP, POLE, ("公告.pdf", a_document()), text=LAMPS)
    assert receipt.status == 201
    assert "照片和材料3个也已收到" in receipt.text
    [petition] = petitions(context)
    rows = kept(context)
    assert {row.name for row in rows} == {"灯.jpg", "杆.png", "公告.pdf"}
    assert {(row.petition_id, row.party_id, row.purpose) for row in rows} == {(petition.id, petition.id, "petition")}
    mine = visitor.open(f"/follow/{petition.case_number}")
    assert len(re.findall(r'<img src="[^"]+attachments', mine.html)) == 2
    at_desk = signed_in(Visitor(context), Role.DESK).open(f"/cases/{petition.id}")
    assert len(re.findall(r'<img src="[^"]+attachments', at_desk.html)) == 2


def test_a_photo_on_the_form_is_kept_without_where_it_was_taken(visitor: Visitor, context: Context) -> None:
    sent(visitor, LAMP, text=LAMPS)
    [row] = kept(context)
    assert b"Ceshi Jia" in LAMP[1]
    assert b"Ceshi Jia" not in context.store.read(row.kept_sha256)


def test_a_wrong_form_comes_back_with_its_photos(visitor: Visitor, context: Context) -> None:
    page = sent(visitor, LAMP, POLE, text="灯", place=PLACE)
    assert page.status == 422
    assert (petitions(context), kept(context)) == ([], [])
    assert ("灯.jpg" in page.text, "杆.png" in page.text) == (True, True)
    small = re.findall(r'src="(/report/photos/[^"]+)"', page.html)
    assert [visitor.client.get(address).headers["content-type"] for address in small] == ["image/jpeg"] * 2
    assert visitor.send(page.form("/report"), text=LAMPS).status == 201
    assert len(kept(context)) == 2


def test_a_photo_that_is_unticked_is_not_sent(visitor: Visitor, context: Context) -> None:
    page = sent(visitor, LAMP, POLE, text="灯")
    visitor.send(page.form("/report"), text=LAMPS, photo=MARKS.findall(page.html)[1])
    assert [row.name for row in kept(context)] == ["杆.png"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (("页.html.jpg", b"<script>alert(1)</script>"), "这是网页文件"),
        (("坏.jpg", a_photo(3)[:300]), "已损坏"),
        (("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), "SVG"),
        (("大.jpg", b"\xff\xd8\xff" + b"0" * (11 * 2**20)), "最大10.0 MB"),
        (("很大.jpg", b"\xff\xd8\xff" + b"0" * (17 * 2**20)), "太大"),
        (("空.jpg", b""), "空的"),
    ],
    ids=["page", "broken", "drawing", "too large", "much too large", "empty"],
)
def test_what_cannot_be_taken_is_named_and_nothing_else_is_lost(
    visitor: Visitor, context: Context, bad: tuple[str, bytes], reason: str
) -> None:
    page = sent(visitor, LAMP, bad, text=LAMPS, place=PLACE, contact="13800001234")
    assert page.status == 422
    assert petitions(context) == []
    beside = re.search(r'id="photos-reason">([^<]+)<', page.html)
    assert beside
    assert beside[1].startswith(bad[0])
    assert reason in beside[1]
    assert 'href="#photos"' in page.html
    form = page.form("/report")
    assert (form.fields["text"], form.fields["place"], form.fields["contact"]) == (LAMPS, PLACE, "13800001234")
    assert len(MARKS.findall(page.html)) == 1
    assert visitor.send(form).status == 201
    assert [row.name for row in kept(context)] == ["灯.jpg"]


def test_the_name_of_a_refused_file_is_words_and_no_markup(visitor: Visitor) -> None:
    page = sent(visitor, ('"><img src=x onerror=alert(1)>.jpg', b"?"), text=LAMPS)
    assert "<img src=x" not in page.html
    assert "onerror=alert(1)" in page.text


def test_more_than_the_policy_lets_are_named_and_the_first_are_kept(visitor: Visitor, context: Context) -> None:
    files = [(f"{number}.jpg", a_photo(number)) for number in range(1, 12)]
    page = sent(visitor, *files, text=LAMPS)
    assert page.status == 422
    assert all(f"{number}.jpg：最多9个" in page.text for number in (10, 11))
    assert visitor.send(page.form("/report")).status == 201
    assert len(kept(context)) == 9


def test_photos_go_through_the_question_whether_it_is_the_same(visitor: Visitor, context: Context) -> None:
    visitor.report(LAMPS, place=PLACE)
    page = sent(visitor, LAMP, POLE, text=AGAIN, place=PLACE)
    assert "是不是这件" in page.text
    assert kept(context) == []
    back = visitor.send(next(form for form in page.forms if form.fields.get("step") == "form"))
    assert len(MARKS.findall(back.html)) == 2
    visitor.send(next(form for form in page.forms if form.fields.get("choice") not in {None, "own"}))
    main, mine = petitions(context)
    assert {(row.petition_id, row.party_id) for row in kept(context)} == {(main.id, mine.id)}
    assert len(re.findall(r'<img src="[^"]+attachments', visitor.open(f"/follow/{mine.case_number}").html)) == 2


def test_pressing_twice_sends_report_and_photos_once(visitor: Visitor, context: Context) -> None:
    form = visitor.open("/").form("/report")
    first, second = (again(visitor, form, LAMP, POLE, text=LAMPS) for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert (len(petitions(context)), len(kept(context))) == (1, 2)


def test_the_same_photo_twice_is_one(visitor: Visitor, context: Context) -> None:
    page = sent(visitor, LAMP, LAMP, text="灯")
    again(visitor, page.form("/report"), LAMP, text=LAMPS)
    assert len(kept(context)) == 1


def test_nothing_is_registered_when_a_photo_cannot_be_added(
    visitor: Visitor, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, put = context.store, MemoryStore.put
    assert isinstance(store, MemoryStore)
    page = sent(visitor, LAMP, text="灯")

    def full(self: MemoryStore, content: bytes, now: object) -> str:
        raise StoreUnavailable

    monkeypatch.setattr(MemoryStore, "put", full)
    form = page.form("/report")
    refused = visitor.send(form, text=LAMPS)
    assert (refused.status, "存不下" in refused.text) == (422, True)
    with context.readers() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(HistoryRow)) == 0
    monkeypatch.setattr(MemoryStore, "put", put)
    assert visitor.send(refused.form("/report")).status == 201
    assert len(kept(context)) == 1


def test_a_full_disk_costs_the_photo_and_no_word(
    visitor: Visitor, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: MemoryStore, content: bytes, now: object) -> str:
        raise StoreUnavailable

    monkeypatch.setattr(MemoryStore, "put", full)
    page = sent(visitor, LAMP, text=LAMPS)
    assert (page.status, "灯.jpg：附件暂时存不下" in page.text) == (422, True)
    assert visitor.send(page.form("/report")).status == 201


def test_nobody_sees_or_takes_what_another_browser_sent(visitor: Visitor, context: Context) -> None:
    page = sent(visitor, LAMP, text="灯")
    [address], [mark] = re.findall(r'src="(/report/photos/[^"]+)"', page.html), MARKS.findall(page.html)
    other = Visitor(context)
    other.open("/")
    assert other.client.get(address).status_code == 404
    refused = other.send(other.open("/").form("/report"), text=LAMPS, photo=mark)
    assert (refused.status, "没有保住" in refused.text) == (422, True)
    assert petitions(context) == []
    assert other.send(refused.form("/report")).status == 201
    assert kept(context) == []


@pytest.mark.parametrize("forged", ["x", "e30=.0", "é", "." * 3000], ids=["short", "unsealed", "foreign", "long"])
def test_a_forged_mark_is_none(visitor: Visitor, context: Context, forged: str) -> None:
    assert visitor.send(visitor.open("/").form("/report"), text=LAMPS, photo=forged).status == 422
    assert visitor.client.get(f"/report/photos/{forged[:40]}").status_code == 404
    assert petitions(context) == []


def test_a_form_that_is_never_sent_leaves_nothing_behind(
    visitor: Visitor, context: Context, frozen_clock: clock.StoryClock
) -> None:
    page = sent(visitor, LAMP, text="灯")
    frozen_clock.move_to(clock.now().add(hours=23))
    assert stored_files.remove_orphans(context) == 0
    frozen_clock.move_to(clock.now().add(hours=2))
    assert stored_files.remove_orphans(context) == 1, "a photo that is small is its own thumbnail"
    late = visitor.send(page.form("/report"), text=LAMPS)
    assert (late.status, "没有保住" in late.text) == (422, True)
    assert late.form("/report").fields["text"] == LAMPS
    assert visitor.send(late.form("/report")).status == 201


def test_a_form_that_came_too_late_keeps_words_and_new_photos(visitor: Visitor, context: Context) -> None:
    form = Visitor(context).open("/").form("/report")
    page = again(visitor, form, LAMP, text=LAMPS)
    assert page.status == 409
    assert "还没有提交" in page.text
    assert visitor.send(page.form("/report")).status == 201
    assert len(kept(context)) == 1


def test_another_sites_page_can_leave_no_photo(visitor: Visitor, context: Context) -> None:
    form = visitor.open("/").form("/report")
    files = [("photos", (LAMP[0], LAMP[1], "image/jpeg"))]
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.client.post("/report", data=form.fields, files=files, headers=headers).status_code == 403
    store = context.store
    assert isinstance(store, MemoryStore)
    assert store.kept == {}


@pytest.mark.parametrize(
    ("kind", "megabytes", "status"),
    [("multipart/form-data; boundary=x", 49, 413), ("application/x-www-form-urlencoded", 1, 413)],
)
def test_a_form_beyond_all_measure_is_not_read(visitor: Visitor, kind: str, megabytes: int, status: int) -> None:
    headers = {"Content-Type": kind, "Content-Length": str(megabytes * 2**20), "Accept": "text/html"}
    answer = visitor.client.post("/report", content=b"x", headers=headers)
    assert (answer.status_code, "没有收下" in answer.text) == (status, True)


def test_one_address_does_not_send_photos_all_day_and_loses_no_word(context: Context) -> None:
    visitor = Visitor(context, Limits(registrations=Rate(9, 1), look_ups=Rate(99, 1), uploads=Rate(1, 3600)))
    page = sent(visitor, LAMP, POLE, text=LAMPS)
    assert page.status == 422
    assert "杆.png：从这个网络地址上传的照片太多" in page.text
    assert page.form("/report").fields["text"] == LAMPS
    assert visitor.send(page.form("/report")).status == 201
    assert [row.name for row in kept(context)] == ["灯.jpg"]
