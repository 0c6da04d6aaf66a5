"""Files over HTTP: sent as the body of a request, given back as something to save, refused by name."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import httpx
import pytest
from starlette.types import Message, Scope

from api.app import create_app
from api.guards import MAX_FILE_BYTES
from gateways.file_store import MemoryStore, StoreUnavailable, digest_of
from services.context import Context
from tests.api.conftest import EVIDENCE, Api
from tests.support.files import a_document, a_photo


def sent(api: Api, who: str, address: str, content: bytes, name: str = "现场.jpg", **query: str) -> httpx.Response:
    asked = "&".join(f"{key}={quote(value)}" for key, value in {"name": name, **query}.items())
    return api.post(who, f"{address}/attachments?{asked}", content)


def test_a_photo_goes_in_and_comes_out_as_something_to_save(api: Api) -> None:
    petition_id, _ = api.in_hand()
    path = f"/petitions/{petition_id}"
    photo = a_photo(size=(640, 400))
    added = sent(api, "unit", path, photo, name="修复后 照片.jpeg", purpose="reply")
    assert added.status_code == 200, added.text
    file = added.json()["attachment_id"]
    assert added.json()["sha256"] == digest_of(photo)
    [listed] = api.get("unit", f"{path}/attachments").json()["items"]
    assert (listed["id"], listed["name"], listed["purpose"]["code"]) == (file, "修复后 照片.jpg", "reply")
    got = api.get("unit", f"{path}/attachments/{file}")
    assert (got.status_code, digest_of(got.content)) == (200, listed["kept_sha256"])
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote('修复后 照片.jpg', safe='')}"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert got.headers["cache-control"] == "private, no-store"
    small = api.get("unit", f"{path}/attachments/{file}", thumbnail="true")
    assert small.headers["content-type"] == "image/jpeg"
    assert small.content != got.content


def test_a_document_is_never_shown_in_place(api: Api) -> None:
    petition_id, _ = api.in_hand()
    added = sent(api, "unit", f"/petitions/{petition_id}", a_document(), name="依据.html")
    got = api.get("desk", f"/petitions/{petition_id}/attachments/{added.json()['attachment_id']}")
    assert (got.content, got.headers["content-type"]) == (a_document(), "application/pdf")
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["content-disposition"].endswith(".pdf")


def test_a_completion_refers_to_what_was_stored(api: Api) -> None:
    petition_id, code = api.in_hand()
    path = f"/petitions/{petition_id}"
    file = sent(api, "unit", path, a_photo(), purpose="reply").json()["attachment_id"]
    stranger = sent(api, "anybody", f"/progress/{code}", a_photo(2)).json()["attachment_id"]
    elsewhere = {"name": "工程签证.pdf", "sha256": "0" * 64}
    refused = api.post("unit", f"{path}/completion", EVIDENCE | {"attachments": [{"id": stranger}, elsewhere]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "attachments.0.id")
    done = api.done("unit", f"{path}/completion", EVIDENCE | {"attachments": [{"id": file}, elsewhere]})
    assert done["completions"][0]["evidence"]["attachments"] == [
        {"id": file, "name": "现场.jpg", "purpose": "reply", "sha256": digest_of(a_photo())},
        elsewhere,
    ]


@pytest.mark.parametrize("named", [{}, {"name": "a.jpg"}, {"id": "x"}, {"id": "0" * 36, "name": "a.jpg"}])
def test_a_file_is_named_one_way_or_the_other(api: Api, named: dict[str, str]) -> None:
    petition_id, _ = api.in_hand()
    answer = api.post("unit", f"/petitions/{petition_id}/completion", EVIDENCE | {"attachments": [named]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("attachments.0")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"<svg onload='alert(1)'/>", "unknown-kind"),
        (b"<html><script>alert(1)</script>", "unknown-kind"),
        (a_photo()[:300], "broken-file"),
        (b"\xff\xd8\xff" + b"\0" * (11 * 2**20), "file-too-large"),
    ],
    ids=["nothing", "svg", "page", "broken", "large"],
)
def test_what_cannot_be_stored_is_refused_by_name(api: Api, content: bytes, code: str) -> None:
    petition_id, query_code = api.in_hand()
    before = api.rows()
    for who, address in (("unit", f"/petitions/{petition_id}"), ("anybody", f"/progress/{query_code}")):
        answer = sent(api, who, address, content)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"] == [{"field": "file", "reason": answer.json()["detail"]}]
    assert api.rows() == before


def test_more_than_any_policy_allows_is_not_even_read(api: Api) -> None:
    petition_id, _ = api.in_hand()
    assert sent(api, "unit", f"/petitions/{petition_id}", b"\xff" * (MAX_FILE_BYTES + 1)).status_code == 413
    # Other addresses take no more than before.
    assert api.post("unit", f"/petitions/{petition_id}/notes", b"x" * 300_000).status_code == 413


def test_a_disk_that_is_full_is_said_and_nothing_is_written(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise StoreUnavailable

    petition_id, _ = api.in_hand()
    before = api.rows()
    with monkeypatch.context() as patched:
        patched.setattr(MemoryStore, "put", full)
        answer = sent(api, "unit", f"/petitions/{petition_id}", a_photo())
    assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
    assert api.rows() == before
    assert sent(api, "unit", f"/petitions/{petition_id}", a_photo()).status_code == 200


def test_a_unit_reads_nothing_of_what_inspectors_keep(api: Api) -> None:
    petition_id, code = api.in_hand()
    path = f"/petitions/{petition_id}"
    added = sent(api, "inspector", path, a_document(), name="现场查看.pdf", purpose="supervision").json()
    assert "attach" in [entry["trigger"] for entry in api.get("inspector", f"{path}/history").json()["entries"]]
    for who in ("unit", "desk"):
        assert "attach" not in [entry["trigger"] for entry in api.get(who, f"{path}/history").json()["entries"]]
        assert api.get(who, f"{path}/attachments").json()["items"] == []
        assert api.get(who, f"{path}/attachments/{added['attachment_id']}").status_code == 404
    progress = api.get("anybody", f"/progress/{code}").json()
    assert "上传附件" not in [entry["label"] for entry in progress["timeline"]]


@pytest.mark.parametrize("path", ["/petitions/{}/attachments", "/progress/NOSUCHCODE22/attachments"])
def test_of_whoever_may_send_nothing_nothing_is_received(context: Context, path: str) -> None:
    """Or strangers could fill the memory with files that are refused once they are there."""
    sent: list[Message] = []

    async def receiving() -> Message:
        pytest.fail("the body was asked for")

    async def sending(message: Message) -> None:
        sent.append(message)

    there = path.format("3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11")
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": there,
        "raw_path": there.encode(),
        "query_string": b"name=a.jpg",
        "headers": [(b"content-length", b"9000000")],
        "client": ("192.0.2.1", 1),
        "server": ("testserver", 80),
    }
    asyncio.run(create_app(context)(scope, receiving, sending))
    assert sent[0]["status"] in {401, 404}
