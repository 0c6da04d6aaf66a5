"""Answers that hold nothing of anybody, packed on their way where the browser unpacks them.

Pages are never packed: they hold tokens and query codes beside what somebody else may have written, and the length of
what is packed tells of both (BREACH).
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

_LEVEL = 6


def unpacks(request: Request) -> bool:
    """Whether the browser takes packed answers."""
    return "gzip" in request.headers.get("accept-encoding", "")


def packed(request: Request, text: str, media_type: str, headers: Mapping[str, str]) -> Response:
    """`text` as an answer, packed where it may be."""
    content, said = text.encode(), {"Vary": "Accept-Encoding", **headers}
    if unpacks(request):
        content, said = gzip.compress(content, _LEVEL, mtime=0), said | {"Content-Encoding": "gzip"}
    return Response(content, media_type=media_type, headers=said)
