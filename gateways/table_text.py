"""Which encoding a CSV file is in: UTF-8 or GB18030 (Excel in China writes either), UTF-16 when a mark says so."""

from __future__ import annotations

import codecs
from pathlib import Path

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PIECE = 1 << 20


def encoding_of(path: Path) -> str:
    """The encoding of the file as a whole. Single damaged lines do not change it; the reader refuses them by number.

    GB18030 text is hardly ever valid UTF-8, but damaged UTF-8 often is valid GB18030 and would be read as nonsense.
    So lines decide: UTF-8 it is unless more of them are valid GB18030 only.
    """
    with path.open("rb") as file:
        if file.read(2) in UTF_16_MARKS:
            return "utf-16"
        file.seek(0)
        utf_8, other = 0, 0
        for line in iter(lambda: file.readline(PIECE), b""):
            if line.isascii():
                continue
            if _is(line, "utf-8"):
                utf_8 += 1
            elif _is(line, "gb18030"):
                other += 1
    return "gb18030" if other > utf_8 else "utf-8-sig"


def _is(line: bytes, encoding: str) -> bool:
    """A line longer than a piece is cut anywhere, so its last letter may be half there."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(line, final=False)
    except UnicodeDecodeError:
        return False
    return True
