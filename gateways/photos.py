"""What is kept of a photo or a document that somebody sent: a picture painted anew, a document that only shows.

A photo is unpacked and written again, upright. So nothing comes along but its pixels: not where and when it was taken,
not whose telephone it was, and not what was hung on behind the picture.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from threading import BoundedSemaphore

from PIL import Image, ImageOps

from domain.files import PHOTOS, AttachmentRules, FileRefused, Kind, kind_of

_unpacking = BoundedSemaphore(2)
"""How many pictures are unpacked at once: each may take some hundred megabytes of memory (our own decision)."""
_QUALITY = 85
_LIKENESS_SIZE = (9, 8)
_FORMATS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP"}


@dataclass(frozen=True)
class Cleaned:
    """A file as it is kept. Photos have a thumbnail (JPEG), their size in pixels and a likeness of 64 bits."""

    kind: Kind
    content: bytes
    thumbnail: bytes | None = None
    width: int | None = None
    height: int | None = None
    likeness: int | None = None


def cleaned(content: bytes, rules: AttachmentRules) -> Cleaned:
    """What is to be kept of `content`.

    Raises:
        FileRefused: it is nothing that may be stored, broken, a trap, or more than it seems.
    """
    kind = kind_of(content, rules)
    if kind not in PHOTOS:
        _check_document(content)
        return Cleaned(kind, content)
    with _unpacking:
        try:
            return _painted_anew(content, kind, rules)
        except FileRefused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_large(rules) from None
        except Exception:  # noqa: BLE001 - a decoder fails in many ways on what was made to break it
            raise FileRefused("broken-file", "照片已损坏，无法打开，请重新拍摄或另存后上传") from None


def _painted_anew(content: bytes, kind: Kind, rules: AttachmentRules) -> Cleaned:
    formats = (_FORMATS[kind],)
    with Image.open(BytesIO(content), formats=formats) as checked:
        if checked.width * checked.height > rules.most_pixels:
            raise _too_large(rules)
        # Telephones put a preview or a second view behind the photo (MPO); what moves is another thing.
        if kind is not Kind.JPEG and getattr(checked, "n_frames", 1) > 1:
            raise FileRefused("animated", "这是动图，请另存为单张照片后上传")
        checked.verify()
    with Image.open(BytesIO(content), formats=formats) as image:
        side = rules.longest_side
        image.draft("RGB", (side, side))  # JPEG can be unpacked smaller at once
        image.load()
        photo = _plain(_upright(image))
    photo.thumbnail((side, side), Image.Resampling.LANCZOS)
    small = photo.copy()
    small.thumbnail((rules.thumbnail_side, rules.thumbnail_side), Image.Resampling.LANCZOS)
    return Cleaned(
        kind=kind,
        content=_written(photo, kind),
        thumbnail=_written(small, Kind.JPEG),
        width=photo.width,
        height=photo.height,
        likeness=likeness_of(photo),
    )


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - a broken note of how the camera was held is no broken photo
        return image


def _plain(image: Image.Image) -> Image.Image:
    """The pixels alone, without a palette and without anything written beside them."""
    clear = "A" in image.getbands() or "transparency" in image.info
    plain = image.convert("RGBA" if clear else "RGB")
    plain.info = {}
    return plain


def _written(image: Image.Image, kind: Kind) -> bytes:
    if kind is Kind.JPEG and image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    options = {"optimize": True} if kind is Kind.PNG else {"quality": _QUALITY}
    out = BytesIO()
    image.save(out, _FORMATS[kind], **options)
    return out.getvalue()


def likeness_of(image: Image.Image) -> int:
    """64 bits (difference hash): whether each place of 8 rows of 8 is lighter than the place to its right."""
    width, height = _LIKENESS_SIZE
    grey = image.convert("L").resize(_LIKENESS_SIZE, Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(height):
        line = grey[row * width : (row + 1) * width]
        for left, right in pairwise(line):
            bits = bits << 1 | (left > right)
    return bits


def _too_large(rules: AttachmentRules) -> FileRefused:
    return FileRefused("too-many-pixels", f"照片超过{rules.most_pixels // 10_000}万像素，请缩小后上传")


_END = b"%%EOF"
_MOST_AFTER_END = 1024
"""Bytes after its end that a reader of PDF puts up with."""
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE)(?![A-Za-z])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_MARKS = re.compile(rb"\bobj\b|(?<!end)stream\r?\n")
_MOST_UNPACKED = 16 * 2**20
_MOST_ESCAPED = 50_000
"""Letters written as numbers; a picture has a few hundred by chance (our own decision)."""


def _check_document(content: bytes) -> None:
    """A PDF that ends where it should, can be read by whoever checks it, and does nothing by itself."""
    end = content.rfind(_END)
    if end < 0:
        raise FileRefused("broken-file", "PDF 不完整，请重新生成后上传")
    if len(content) - end - len(_END) > _MOST_AFTER_END:
        raise FileRefused("more-than-it-seems", "PDF 的末尾附有别的内容，请重新生成后上传")
    if b"/Encrypt" in _unescaped(content):
        raise FileRefused("encrypted", "PDF 已加密，审核人打不开，请去掉密码后上传")
    for part in _parts(content):
        if _ACTIVE.search(part):
            raise FileRefused("active-document", "PDF 中含有程序、表单提交或内嵌文件，请打印为普通 PDF 后上传")


def _unescaped(content: bytes) -> bytes:
    plain, number = _ESCAPED.subn(lambda found: bytes([int(found[1], 16)]), content, _MOST_ESCAPED + 1)
    if number > _MOST_ESCAPED:
        raise _unpacks_too_far()
    return plain


def _parts(content: bytes) -> Iterator[bytes]:
    """What is written in it openly, and what is in its packed lists of objects, however the words are written.

    Both what is read for it and what comes of it are limited: a document is made small that would unpack for ever.
    """
    yield _unescaped(content)
    unpacked, looked_at, begin = len(content), 0, 0
    for mark in _MARKS.finditer(content):
        said, begin = content[begin : mark.start()], mark.end()
        if mark[0] == b"obj" or b"/ObjStm" not in _unescaped(said):
            continue
        end = content.find(b"endstream", begin)
        looked_at += (end if end >= 0 else len(content)) - begin
        if looked_at > _MOST_UNPACKED:
            raise _unpacks_too_far()
        part = _unpacked(content[begin : end if end >= 0 else None])
        unpacked += len(part)
        if unpacked > _MOST_UNPACKED:
            raise _unpacks_too_far()
        yield _unescaped(part)


def _unpacked(packed: bytes) -> bytes:
    """The list of objects; one that breaks off says less than a reader of PDF would find in it."""
    reading = zlib.decompressobj()
    try:
        part = reading.decompress(packed, _MOST_UNPACKED + 1)
    except zlib.error:
        raise _damaged() from None
    if not reading.eof and len(part) <= _MOST_UNPACKED:
        raise _damaged()
    return part


def _damaged() -> FileRefused:
    return FileRefused("broken-file", "PDF 已损坏，请重新生成后上传")


def _unpacks_too_far() -> FileRefused:
    return FileRefused("more-than-it-seems", "PDF 展开后过大，请重新生成后上传")
