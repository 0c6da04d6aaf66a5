"""What a file is, its content says; its name is shown safely; photos that look alike are told."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.files import FileRefused, Kind, fit_name, kind_of, look_alike, tells_something
from services.attachments import rules_of
from tests.support.context import shipped_policy
from tests.support.files import a_document, a_photo

RULES = rules_of(shipped_policy())


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_photo(), Kind.JPEG),
        (a_photo(kind="PNG"), Kind.PNG),
        (a_photo(kind="WEBP"), Kind.WEBP),
        (a_document(), Kind.PDF),
    ],
    ids=["jpeg", "png", "webp", "pdf"],
)
def test_a_kind_is_told_by_content(content: bytes, kind: Kind) -> None:
    assert kind_of(content, RULES) is kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b'\xef\xbb\xbf <?xml version="1.0"?><svg/>', "SVG"),
        (b"  <!DOCTYPE html><script>alert(1)</script>", "网页"),
        (b"<!-- --><html>", "网页"),
        (b"GIF89a" + b"\0" * 20, "GIF"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 20, "HEIC"),
        (b"\0\0\0\x18ftypisom" + b"\0" * 20, "视频"),
        (b"PK\x03\x04" + b"\0" * 20, "压缩包"),
        (b"MZ" + b"\0" * 60, "程序"),
        (b"#!/bin/sh\nrm -rf x", "程序"),
        (b"--boundary\r\nContent-Disposition: form-data", "multipart"),
        (b'{"name": 1}', "不认识"),
        (b"RIFF\0\0\0\0AVI LIST", "不认识"),
        (b" %PDF-1.7", "不认识"),
    ],
)
def test_what_is_nothing_of_the_kind_is_refused_by_name(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused, match=said) as refusal:
        kind_of(content, RULES)
    assert refusal.value.code == "unknown-kind"
    assert "可以上传：JPEG、PNG、WEBP、PDF" in refusal.value.message
    assert refusal.value.missing == [{"field": "file", "reason": refusal.value.message}]


def test_nothing_and_too_much_are_refused() -> None:
    small = dataclasses.replace(RULES, photo_bytes=2000, document_bytes=100)
    with pytest.raises(FileRefused) as empty:
        kind_of(b"", RULES)
    assert empty.value.code == "empty-file"
    for content in (a_photo(), a_document(b"x" * 200)):
        with pytest.raises(FileRefused) as large:
            kind_of(content, small)
        assert large.value.code == "file-too-large"
    assert kind_of(a_photo(), dataclasses.replace(RULES, photo_bytes=len(a_photo()))) is Kind.JPEG


def test_a_kind_the_policy_leaves_out_is_not_taken() -> None:
    with pytest.raises(FileRefused, match=r"可以上传：JPEG$"):
        kind_of(a_document(), dataclasses.replace(RULES, kinds=(Kind.JPEG,)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("修复后照片.jpg", "修复后照片.jpg"),
        ("photo.JPEG", "photo.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\照片\\现场.png", "现场.jpg"),
        ("页面.html", "页面.jpg"),
        ("照片\u202egpj.exe", "照片gpj.jpg"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie x.jpg"),
        ("....", "附件.jpg"),
        ("", "附件.jpg"),
        ("字" * 300, "字" * 80 + ".jpg"),
    ],
)
def test_a_name_is_made_safe(name: str, shown: str) -> None:
    assert fit_name(name, Kind.JPEG) == shown


@given(st.text(max_size=300))
def test_a_name_is_safe_whatever_it_was(name: str) -> None:
    shown = fit_name(name, Kind.PDF)
    assert shown.endswith(".pdf")
    assert 5 <= len(shown) <= 84
    assert not set(shown) & set('/\\<>:"|?*\r\n\x00')


bits = st.integers(0, 2**64 - 1)


@given(bits, bits)
def test_likeness_is_mutual(one: int, other: int) -> None:
    assert look_alike(one, other, RULES) == look_alike(other, one, RULES)


@given(bits.filter(tells_something), st.sets(st.integers(0, 63), max_size=12))
def test_photos_are_alike_up_to_the_bits_of_the_policy(one: int, places: set[int]) -> None:
    other = one
    for place in places:
        other ^= 1 << place
    expected = len(places) <= RULES.similar_bits and tells_something(other)
    assert look_alike(one, other, RULES) is expected


def test_empty_walls_are_like_nothing() -> None:
    assert not look_alike(0, 0, RULES)
    assert not look_alike(2**64 - 1, 2**64 - 1, RULES)
