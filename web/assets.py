"""The pages' own files, each under a name that changes with its content, so that a browser may keep it for good."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from web.packing import unpacks

FOLDER = Path(__file__).resolve().parent / "static"
PREFIX = "/static/"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_DIGEST_LENGTH = 12


@dataclass(frozen=True)
class Asset:
    """A file as it is sent, plain and packed."""

    content: bytes
    packed: bytes
    media_type: str


class Assets:
    """Every file of the folder, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._by_address: dict[str, Asset] = {}
        self._addresses: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix not in _TYPES:
                continue
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH]
            address = f"{path.stem}.{digest}{path.suffix}"
            self._by_address[address] = Asset(content, gzip.compress(content, mtime=0), _TYPES[path.suffix])
            self._addresses[path.name] = PREFIX + address

    def address(self, name: str) -> str:
        """Where the file is served. Raises KeyError when there is none."""
        return self._addresses[name]

    def answer(self, request: Request) -> Response:
        """The file that is asked for; it never changes under its address."""
        asset = self._by_address.get(str(request.path_params["name"]))
        if asset is None:
            raise HTTPException(404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if not unpacks(request):
            return Response(asset.content, media_type=asset.media_type, headers=headers)
        packed = headers | {"Content-Encoding": "gzip"}
        return Response(asset.packed, media_type=asset.media_type, headers=packed)
