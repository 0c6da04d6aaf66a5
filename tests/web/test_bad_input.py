"""Whatever is wrong with a form: it comes back filled in, with the reason; and the same press twice is one."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from PIL import Image

import clock
from domain.actions import Role
from models.tables import Attachment, Completion, HistoryRow
from services.context import Context
from tests.support.files import a_document, a_photo, taken_on_site
from tests.support.pages import GOOD_PASSWORD, Page, ShownForm, Visitor, credentials, signed_in
from tests.web.office import EVIDENCE, LAMPS, OTHER, UNCLEAR, desk, done, reported, stage, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")

BEYOND = EVIDENCE | {
    "is_true": "yes",
    "beyond_duty": "yes",
    "beyond_duty_kind": "no_legal_basis",
    "beyond_duty_basis": "条例第三条：不属于本区权限",
    "solved": "no",
    "unsolved_reason": "超出职责",
}


def in_hand(context: Context) -> tuple[Visitor, str]:
    [case] = reported(context, LAMPS[0])
    visitor = unit(context)
    done(visitor, case, "sign")
    return visitor, case


def handed_in(visitor: Visitor, form: ShownForm, files: list[tuple[str, str, bytes]], **fields: str) -> Page:
    """Send the form with files: the field, the name, the content of each."""
    sent = [(field, (name, content, "application/octet-stream")) for field, name, content in files]
    said = {name: value for name, value in (form.fields | fields).items() if not name.startswith("new-")}
    return Page(visitor.client.post(form.action, data=said, files=sent or None))


def completion_form(visitor: Visitor, case: str) -> ShownForm:
    return visitor.open(f"/cases/{case}").form("/submit_completion")


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ("note", "text"),
        ("request_extension", "reason"),
        ("request_return", "reason"),
        ("submit_completion", "internal_account"),
    ],
)
def test_every_form_of_a_unit_comes_back_as_it_was_filled_in(context: Context, what: str, field: str) -> None:
    visitor, case = in_hand(context)
    typed = "" if what == "note" else "已到现场<b>查看</b>，\n“备件”待到"
    page = visitor.send(visitor.open(f"/cases/{case}").form(f"/{what}"), **{field: typed})
    assert page.status == 422
    assert page.form(f"/{what}").fields[field] == typed
    assert f'href="#{what}-' in page.html, "the reason leads to its field"
    assert 'aria-invalid="true"' in page.html
    assert "<b>查看" not in page.html
    assert stage(context, case) == "in_hand"


@pytest.mark.parametrize("what", ["dispatch", "refuse", "ask_supplement", "reclassify", "merge"])
def test_every_form_of_the_desk_comes_back_as_it_was_filled_in(context: Context, what: str) -> None:
    [case] = reported(context, UNCLEAR)
    visitor = desk(context)
    page = visitor.send(visitor.open(f"/cases/{case}").form(f"/{what}"), reason="甲")
    assert page.status == 422
    assert page.form(f"/{what}").fields["reason"] == "甲"
    assert 'aria-invalid="true"' in page.html
    assert stage(context, case) == "accepted"


def both(visitor: Visitor, send: list[ShownForm], **fields: str) -> list[Page]:
    """The same form sent twice at the same moment."""
    together = threading.Barrier(len(send))

    def press(form: ShownForm) -> Page:
        together.wait(120)
        return visitor.send(form, **fields)

    with ThreadPoolExecutor(len(send)) as pool:
        return list(pool.map(press, send))


def test_a_double_click_is_taken_once(context: Context) -> None:
    visitor, case = in_hand(context)
    form = visitor.open(f"/cases/{case}").form("/note")
    pages = both(visitor, [form, form], text="已到现场查看")
    assert [page.status for page in pages] == [200, 200]
    with context.readers() as session:
        noted = session.scalars(sa.select(HistoryRow).where(HistoryRow.reason == "已到现场查看")).all()
    assert len(noted) == 1


def test_two_tabs_that_decide_at_once_decide_once(context: Context) -> None:
    visitor, case = in_hand(context)
    forms = [visitor.open(f"/cases/{case}").form("/note") for _ in range(2)]
    pages = both(visitor, forms, text="两个窗口")
    assert sorted(page.status for page in pages) == [200, 409]
    late = next(page for page in pages if page.status == 409)
    assert late.form("/note").fields["text"] == "两个窗口"


def test_a_double_click_with_a_file_hands_in_once(context: Context) -> None:
    visitor, case = in_hand(context)
    form, photo, together = completion_form(visitor, case), a_photo(5), threading.Barrier(2)

    def press(_: int) -> Page:
        together.wait(120)
        return handed_in(visitor, form, [("new-evidence", "修复后.jpg", photo)], **EVIDENCE)

    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(press, range(2)))
    assert [page.status for page in pages] == [200, 200], [page.text[:300] for page in pages]
    with context.readers() as session:
        assert len(session.scalars(sa.select(Completion)).all()) == 1
        assert len(session.scalars(sa.select(Attachment)).all()) == 1


def test_files_and_the_completion_go_in_together(context: Context) -> None:
    visitor, case = in_hand(context)
    files = [("new-evidence", "修复后.jpg", a_photo(3)), ("new-contact", "通话记录.pdf", a_document())]
    page = handed_in(visitor, completion_form(visitor, case), files, **EVIDENCE)
    assert "申请办结：已完成" in page.text
    with context.readers() as session:
        [evidence] = session.scalars(sa.select(Completion.evidence))
        kept = session.scalars(sa.select(Attachment.purpose)).all()
    assert sorted(kept) == ["contact", "evidence"]
    assert len(evidence["attachments"]) == 2


def test_what_is_beyond_the_duty_is_proved_in_the_form(context: Context) -> None:
    visitor, case = in_hand(context)
    form = completion_form(visitor, case)
    said = BEYOND | {"beyond_duty_kind": form.options["beyond_duty_kind"][1]}
    refused = handed_in(visitor, form, [], **said)
    assert refused.status == 422
    assert "超职责" in refused.text
    again = refused.form("/submit_completion")
    assert again.fields["beyond_duty_basis"] == said["beyond_duty_basis"]
    page = handed_in(visitor, again, [("new-beyond_duty", "三定方案.pdf", a_document())])
    assert "申请办结：已完成" in page.text, page.text[-3000:]


def test_a_refused_completion_keeps_its_files_ticked_and_none_twice(context: Context) -> None:
    visitor, case = in_hand(context)
    form, photo = completion_form(visitor, case), a_photo(3)
    refused = handed_in(visitor, form, [("new-evidence", "修复后.jpg", photo)], **(EVIDENCE | {"public_reply": "修了"}))
    assert refused.status == 422
    again = refused.form("/submit_completion")
    [box] = [name for name in again.fields if name.startswith("file-")]
    assert again.fields[box] == "yes"
    page = handed_in(visitor, again, [("new-evidence", "修复后.jpg", photo)], public_reply=EVIDENCE["public_reply"])
    assert "申请办结：已完成" in page.text
    with context.readers() as session:
        assert len(session.scalars(sa.select(Attachment)).all()) == 1


def a_bomb() -> bytes:
    """A PNG of a few bytes that claims to be 50,000 pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def moving() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


HOSTILE = {
    "图.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "图.jpg": b"<!doctype html><script>alert(1)</script>",
    "包.zip": b"PK\x03\x04" + b"\0" * 60,
    "程序.png": b"MZ\x90\0" + b"\0" * 60,
    "炸弹.png": a_bomb(),
    "动图.webp": moving(),
    "脚本.pdf": a_document(b"<< /Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"),
    "半张.jpg": a_photo(2)[:300],
    "过大.jpg": b"\xff\xd8\xff" + b"\0" * (11 << 20),
    "空.jpg": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_not_taken_is_named_and_no_word_is_lost(context: Context, name: str) -> None:
    visitor, case = in_hand(context)
    page = handed_in(visitor, completion_form(visitor, case), [("new-evidence", name, HOSTILE[name])], **EVIDENCE)
    assert page.status == 422, page.text[:400]
    assert f"{name}：" in page.text
    assert "new-evidence-reason" in page.html
    assert page.form("/submit_completion").fields["internal_account"] == EVIDENCE["internal_account"]
    assert stage(context, case) == "in_hand"
    with context.readers() as session:
        assert session.scalars(sa.select(Attachment)).all() == []


def test_of_a_photo_nothing_is_kept_but_its_pixels(context: Context) -> None:
    visitor, case = in_hand(context)
    two_in_one = taken_on_site(4) + b"<script>alert(1)</script>" + b"PK\x03\x04"
    page = handed_in(visitor, completion_form(visitor, case), [("new-evidence", "现场.jpg", two_in_one)], **EVIDENCE)
    assert "申请办结：已完成" in page.text
    with context.readers() as session:
        kept = session.scalars(sa.select(Attachment)).one()
    content = visitor.client.get(f"/cases/{case}/attachments/{kept.id}").content
    assert b"script" not in content
    assert b"Exif" not in content
    assert Image.open(io.BytesIO(content)).size[0] > 0


def test_more_than_a_form_may_hold_is_said_so(context: Context) -> None:
    visitor, case = in_hand(context)
    files = [("new-evidence", f"{at}.jpg", b"\xff\xd8\xff" + bytes([at]) * (9 << 20)) for at in range(2)]
    page = handed_in(visitor, completion_form(visitor, case), files, **EVIDENCE)
    assert (page.status, "没有收下" in page.text) == (413, True)
    assert stage(context, case) == "in_hand"


def test_a_form_with_files_loses_no_word_when_the_session_ran_out(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = signed_in(Visitor(context), Role.UNIT, "municipal-parks", name="园林丙")
    done(visitor, case, "sign")
    form = completion_form(visitor, case)
    frozen_clock.move_to(frozen_clock.now().add(minutes=31))
    page = handed_in(visitor, form, [("new-evidence", "修复后.jpg", a_photo(3))], **EVIDENCE)
    assert (page.status, "登录已过期" in page.text) == (401, True)
    resumed = visitor.send(page.form("/sign-in"), **credentials("园林丙", GOOD_PASSWORD))
    assert "选过的文件也还在：修复后.jpg" in resumed.text
    again = resumed.form("/submit_completion")
    assert {name: again.fields[name] for name in EVIDENCE} == EVIDENCE
    assert again.options["contacted"] == ["yes", "no"], "what was chosen can be changed as well"
    page = visitor.send(again, internal_account="更换镇流器六只")
    assert "更换镇流器六只" in page.text
    assert "申请办结：已完成" in page.text
    assert "办理佐证：修复后.jpg" in page.html


def test_files_wait_while_another_field_is_mended(context: Context) -> None:
    visitor, case = in_hand(context)
    page = handed_in(
        visitor,
        completion_form(visitor, case),
        [("new-evidence", "修复后.jpg", a_photo(3))],
        **EVIDENCE | {"contacted_at": "昨天"},
    )
    assert page.status == 422
    assert "之前选的文件还在" in page.text
    assert "修复后.jpg" in page.text
    mended = visitor.send(page.form("/submit_completion"), contacted_at="2026-03-02T09:00")
    assert "申请办结：已完成" in mended.text
    assert "办理佐证：修复后.jpg" in mended.html


def test_ten_files_at_once_are_no_reason_to_lose_what_was_written(context: Context) -> None:
    visitor, case = in_hand(context)
    files = [("new-evidence", f"{at}.jpg", a_photo(at)) for at in range(10)]
    page = handed_in(visitor, completion_form(visitor, case), files, **EVIDENCE)
    assert "申请办结：已完成" in page.text


def test_whoever_may_not_see_the_case_keeps_no_file_with_it(context: Context) -> None:
    visitor, case = in_hand(context)
    other = unit(context, OTHER)
    form = completion_form(visitor, case)
    form.fields["once"] = other.open("/account").form("/account").fields["once"]
    page = handed_in(other, form, [("new-evidence", "修复后.jpg", a_photo(3))], **EVIDENCE)
    assert page.status == 404
    with context.readers() as session:
        assert session.scalars(sa.select(Attachment)).all() == []
