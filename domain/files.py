"""What a file that people send may be (附件): its kind, its size, its name, and whether two photos look alike.

What a file is, its content says and never its name: whoever names a page of script `照片.jpg` has still sent a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Incomplete, Missing


class Kind(StrEnum):
    """What can be stored (附件种类)."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"


PHOTOS = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})
MEDIA_TYPES = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.PDF: "application/pdf",
}
_ENDINGS = {Kind.JPEG: "jpg"}


@dataclass(frozen=True)
class AttachmentRules:
    """What may be stored and how much of it; sizes are bytes, sides are pixels."""

    kinds: tuple[Kind, ...]
    photo_bytes: int
    document_bytes: int
    most_pixels: int
    """A larger picture is not even unpacked: a small file can claim to be a very large picture."""
    longest_side: int
    """A photo is kept no larger than this."""
    thumbnail_side: int
    by_petitioner: int
    by_office: int
    """How many files one petitioner, one unit or one office may add to a petition."""
    similar_bits: int
    """In how many of the 64 bits of their likeness two photos may differ and still look the same."""
    similar_days: int
    """For how long the earlier photos of a unit are compared."""
    orphan_hours: int
    """After how long a file that no petition knows is removed."""


class FileRefused(Incomplete):
    """The file cannot be stored; `code` names why, and nothing was kept."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__([Missing("file", reason)])
        self.code = code
        self.message = reason


_BEGINS = ((b"\xff\xd8\xff", Kind.JPEG), (b"\x89PNG\r\n\x1a\n", Kind.PNG), (b"%PDF-", Kind.PDF))
_HEIC = "这是 HEIC 照片，多数电脑打不开。请打开照片截一张屏，上传截图；或在手机的相机设置里把格式改为“兼容性最佳”后重拍"
_OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"(?i)(\xef\xbb\xbf)?\s*<(\?xml|svg|!doctype svg)"), "这是 SVG 或 XML 文件，可以夹带程序，不能上传"),
    (re.compile(rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|script|!--)"), "这是网页文件，不能上传"),
    (re.compile(rb".{4}ftyp(hei|hev|mif1|msf1)", re.DOTALL), _HEIC),
    (re.compile(rb".{4}ftyp", re.DOTALL), "这是视频，不能上传；请截取画面为照片"),
    (re.compile(rb"GIF8"), "这是 GIF 动图，请另存为 JPEG 或 PNG 后上传"),
    (re.compile(rb"BM.{12}", re.DOTALL), "这是 BMP 图片，请另存为 JPEG 或 PNG 后上传"),
    (re.compile(rb"PK\x03\x04"), "这是压缩包或 Office 文档，请另存为 PDF 后上传"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "这是旧式 Office 文档，请另存为 PDF 后上传"),
    (re.compile(rb"(MZ|\x7fELF|#!)"), "这是程序，不能上传"),
    (re.compile(rb"--"), "请直接以文件内容作为请求体，不要用表单(multipart)"),
)  # fmt: skip
_SNIFFED = 512


def kind_of(content: bytes, rules: AttachmentRules) -> Kind:
    """What the content is.

    Raises:
        FileRefused: it is empty, too large for its kind, or nothing that may be stored; the reason says what it is.
    """
    if not content:
        raise FileRefused("empty-file", "文件是空的，请重新选择")
    kind = next((kind for begin, kind in _BEGINS if content.startswith(begin)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = Kind.WEBP
    if kind is None or kind not in rules.kinds:
        said = next((said for pattern, said in _OTHERS if pattern.match(content[:_SNIFFED])), "不认识这种文件")
        raise FileRefused("unknown-kind", f"{said}。可以上传：{told_kinds(rules)}")
    most = rules.photo_bytes if kind in PHOTOS else rules.document_bytes
    if len(content) > most:
        raise FileRefused("file-too-large", f"文件有{told_size(len(content))}，最大{told_size(most)}，请压缩后上传")
    return kind


def told_kinds(rules: AttachmentRules) -> str:
    """The accepted kinds, for people."""
    return "、".join(kind.upper() for kind in rules.kinds)


def told_size(size: int) -> str:
    """A number of bytes, for people."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, round(size / 2**10))} KB"


_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
_LONGEST_NAME = 80


def fit_name(name: str, kind: Kind) -> str:
    """A name that is safe to show and to save under: no folder, no hidden turn of the writing, its kind's ending."""
    last = re.split(r"[/\\]", name)[-1]
    stem = _UNFIT.sub("", last).strip(" .")
    bare = re.sub(r"\.[0-9A-Za-z]{1,5}$", "", stem).strip(" .")[:_LONGEST_NAME] or "附件"
    return f"{bare}.{_ENDINGS.get(kind, kind.value)}"


LIKENESS_BITS = 64
_LEAST_STRUCTURE = 6
"""A likeness of almost nothing but zeros or ones is that of an empty wall or a night sky: many photos have it."""


def tells_something(likeness: int) -> bool:
    """Whether a photo of this likeness can be told from others at all."""
    return _LEAST_STRUCTURE <= likeness.bit_count() <= LIKENESS_BITS - _LEAST_STRUCTURE


def look_alike(one: int, other: int, rules: AttachmentRules) -> bool:
    """Whether two photos with these likenesses (64 bits: is each of 8 by 8 places lighter than the next) look the same.

    Taken again with another size, quality or brightness a photo keeps its likeness; a person must look all the same.
    """
    both = tells_something(one) and tells_something(other)
    return both and (one ^ other).bit_count() <= rules.similar_bits
