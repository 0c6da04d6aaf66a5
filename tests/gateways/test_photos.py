"""What is kept of a photo is its pixels and nothing else; what was made to do harm is refused by name."""

from __future__ import annotations

import dataclasses
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from domain.files import FileRefused, Kind, look_alike
from gateways.photos import cleaned, likeness_of
from services.attachments import rules_of
from tests.support.context import shipped_policy
from tests.support.files import a_document, a_photo, drawn, taken_on_site, written

RULES = rules_of(shipped_policy())
SMALL = dataclasses.replace(RULES, longest_side=100, thumbnail_side=64)


def refusal_of(content: bytes) -> str:
    with pytest.raises(FileRefused) as refusal:
        cleaned(content, RULES)
    assert not refusal.value.message.isascii()
    return refusal.value.code


def opened(content: bytes | None) -> Image.Image:
    assert content is not None
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_stays_what_it_is(kind: Kind) -> None:
    content = a_document() if kind is Kind.PDF else a_photo(kind=kind.upper())
    assert cleaned(content, RULES).kind is kind


def test_where_and_with_what_it_was_taken_is_not_kept() -> None:
    content = taken_on_site()
    assert all(said in content for said in (b"Camera of the tests", b"Ceshi Jia", b"a profile"))
    kept = cleaned(content, RULES)
    for part in (kept.content, kept.thumbnail):
        image = opened(part)
        assert dict(image.getexif()) == {}
        assert {"exif", "comment", "icc_profile", "xmp"} & set(image.info) == set()
        assert part is not None
        assert not any(said in part for said in (b"Camera of the tests", b"Ceshi Jia", b"a profile", b"Exif"))


def test_a_photo_that_lay_on_its_side_is_upright() -> None:
    image = opened(taken_on_site())
    kept = cleaned(taken_on_site(), RULES)
    assert (kept.width, kept.height) == (image.height, image.width) == opened(kept.content).size


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_written_beside_the_pixels_of_other_kinds_goes_too(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker of the tests"
    content = written(drawn(1), kind, exif=exif)
    assert b"maker of the tests" in content
    assert b"maker of the tests" not in cleaned(content, RULES).content


# Pillow warns the log of it.
@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_note_beside_it_breaks_no_photo() -> None:
    assert cleaned(a_photo(exif=b"Exif\0\0II*\0\xff\xff\xff\xff"), RULES).width == 320


def test_a_large_photo_is_kept_smaller_with_a_thumbnail() -> None:
    kept = cleaned(a_photo(size=(800, 400)), SMALL)
    assert (kept.width, kept.height) == opened(kept.content).size == (100, 50)
    assert opened(kept.thumbnail).size == (64, 32)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "CMYK", "1"])
def test_every_way_to_write_colours_is_taken(mode: str) -> None:
    image = drawn(1).convert(mode)
    content = written(image, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(cleaned(content, RULES).content).size == (320, 200)


def test_a_clear_picture_stays_clear_and_has_a_white_thumbnail() -> None:
    kept = cleaned(written(Image.new("RGBA", (80, 80), (0, 0, 0, 0)), "PNG"), RULES)
    assert opened(kept.content).getchannel("A").getextrema() == (0, 0)
    assert opened(kept.thumbnail).convert("L").getextrema() == (255, 255)


def test_a_telephones_photo_with_a_second_view_behind_it_is_the_first() -> None:
    content = written(drawn(1), "MPO", save_all=True, append_images=[drawn(2)])
    kept = cleaned(content, RULES)
    image = opened(kept.content)
    assert (image.format, getattr(image, "n_frames", 1)) == ("JPEG", 1)
    assert kept.likeness == likeness_of(drawn(1))


# --- what was made to do harm -----------------------------------------------------------------------------------------


def test_what_is_hung_on_behind_a_photo_is_not_kept() -> None:
    hung = b"PK\x03\x04<script>alert(document.cookie)</script>"
    for kind in ("JPEG", "PNG"):
        kept = cleaned(a_photo(kind=kind) + hung, RULES)
        assert b"script" not in kept.content
        assert b"PK\x03\x04" not in kept.content


def test_a_photo_that_claims_to_be_enormous_is_not_unpacked() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 5000)) + chunk(b"IEND", b"")
    )
    assert len(bomb) < 1000
    assert refusal_of(bomb) == "too-many-pixels"


def test_a_little_more_than_the_policy_allows_is_too_much() -> None:
    just = dataclasses.replace(RULES, most_pixels=320 * 200)
    assert cleaned(a_photo(), just).width == 320
    with pytest.raises(FileRefused) as refusal:
        cleaned(a_photo(), dataclasses.replace(just, most_pixels=320 * 200 - 1))
    assert refusal.value.code == "too-many-pixels"


def test_text_that_unpacks_to_very_much_is_refused() -> None:
    packed = zlib.compress(b"a" * 3 * 2**20)
    body = b"Comment\0\0" + packed
    text = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    content = a_photo(kind="PNG")
    assert refusal_of(content[:33] + text + content[33:]) == "broken-file"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_photo_that_breaks_off_is_refused(kind: str, share: float) -> None:
    content = a_photo(kind=kind)
    assert refusal_of(content[: int(len(content) * share)]) == "broken-file"


def test_a_beginning_alone_is_no_photo() -> None:
    assert refusal_of(b"\xff\xd8\xff<script>alert(1)</script>") == "broken-file"
    assert refusal_of(b"\x89PNG\r\n\x1a\n<html>") == "broken-file"
    assert refusal_of(b"RIFF\x04\0\0\0WEBP") == "broken-file"


def test_what_moves_is_refused() -> None:
    for kind in ("PNG", "WEBP"):
        moving = written(drawn(1), kind, save_all=True, append_images=[drawn(2)])
        assert refusal_of(moving) == "animated"


PACKED_SCRIPT = zlib.compress(b"<< /JS (app.alert(1)) >>")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (a_document(b"<< /S /JavaScript /JS (app.alert(1)) >>"), "active-document"),
        (a_document(b"<< /S /J#61vaScript /J#53 (app.alert(1)) >>"), "active-document"),
        (a_document(b"<< /S /Launch /F (cmd.exe) >>"), "active-document"),
        (a_document(b"<< /Names << /EmbeddedFiles 3 0 R >> >>"), "active-document"),
        (a_document(b"<< /Type /ObjStm >>\nstream\n" + zlib.compress(b"<< /JS (app.alert(1)) >>")), "active-document"),
        (a_document(b"<< /Type /Obj#53tm >>\nstream\n" + PACKED_SCRIPT), "active-document"),
        (a_document(b"<< /Type /ObjStm /Pad (" + b"x" * 9000 + b") >>\nstream\r\n" + PACKED_SCRIPT), "active-document"),
        (a_document(b"<< /Type /ObjStm /N 1 >>\nstream\nnothing packed"), "broken-file"),
        (a_document(b"<< /Type /ObjStm >>\nstream\n" + zlib.compress(b" " * 40 * 2**20)), "more-than-it-seems"),
        (a_document(b"#41" * 100_000), "more-than-it-seems"),
        (a_document((b"<< /Type /ObjStm >>\nstream\n" + zlib.compress(b"<< >>")) * 20_000), "more-than-it-seems"),
        (a_document(b"/ObjStm stream\n" + zlib.compress(b"<< /J 1 >>" * 99)[:-5] + b"\nendstream"), "broken-file"),
        (a_document(b"<< /Encrypt 4 0 R >>"), "encrypted"),
        (a_document(b"<< /Encr#79pt 4 0 R >>"), "encrypted"),
        (a_document(end=b"PK\x03\x04" + b"z" * 2000), "more-than-it-seems"),
        (a_document()[:-10], "broken-file"),
    ],
    ids=["script", "script-in-disguise", "program", "file-within", "packed-script", "packed-in-disguise",
         "packed-far-away", "badly-packed", "bomb", "all-in-numbers", "many-lists",
         "list-that-breaks-off", "locked", "locked-in-disguise", "zip-behind", "cut-off"],
)  # fmt: skip
def test_a_document_that_does_more_than_show_is_refused(content: bytes, code: str) -> None:
    assert refusal_of(content) == code


def test_a_document_that_only_shows_is_kept_as_it_is() -> None:
    packed = b"<< /Type /ObjStm /N 1 >>\nstream\n" + zlib.compress(b"<< /Type /Page /JSON 1 >>") + b"\nendstream"
    for content in (a_document(), a_document(packed)):
        assert cleaned(content, RULES).content == content


# --- photos that look alike -------------------------------------------------------------------------------------------


def test_the_same_photo_smaller_and_worse_looks_alike_and_another_does_not() -> None:
    one = cleaned(a_photo(1), RULES).likeness
    again = cleaned(written(drawn(1).resize((160, 100)), quality=30), RULES).likeness
    other = cleaned(a_photo(2), RULES).likeness
    assert one is not None
    assert again is not None
    assert other is not None
    assert look_alike(one, again, RULES)
    assert not look_alike(one, other, RULES)
