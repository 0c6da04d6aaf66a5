"""Files to send: photos drawn by the test, and what is no photo."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

SITE = {0x010F: "Camera of the tests", 0x0112: 6}
"""What a camera writes beside a photo: its maker, and that it was held upright."""


@lru_cache
def a_photo(seed: int = 1, kind: str = "JPEG", size: tuple[int, int] = (320, 200), **options: Any) -> bytes:
    """A picture of blocks that is another one for each `seed`."""
    return written(drawn(seed, size), kind, **options)


def drawn(seed: int, size: tuple[int, int] = (320, 200), mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, size, "white")
    pen = ImageDraw.Draw(image)
    width, height = size[0] // 8, size[1] // 8
    state = seed * 2654435761 % 2**32 or 1
    for row in range(8):
        for column in range(8):
            state = (state * 1103515245 + 12345) % 2**31
            shade = state >> 16 & 255
            corner = (column * width, row * height)
            pen.rectangle((*corner, corner[0] + width, corner[1] + height), fill=(shade, shade, 255 - shade))
    return image


def written(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def taken_on_site(seed: int = 1) -> bytes:
    """A photo as a telephone takes it: lying on its side, with where it was taken, a comment and a colour profile."""
    image, exif = drawn(seed), Image.Exif()
    for tag, value in SITE.items():
        exif[tag] = value
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (34.0, 51.0, 36.0), "E", (117.0, 33.0, 36.0)
    return written(image, exif=exif, comment=b"taken by Ceshi Jia", icc_profile=b"a profile of the tests")


def a_document(body: bytes = b"<< /Type /Catalog >>", end: bytes = b"") -> bytes:
    """A PDF that says little."""
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n" + end
