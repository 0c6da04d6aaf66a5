"""A secret that this installation makes for itself once and keeps in a file only its owner may read."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

_BYTES = 32


def secret_in(path: Path) -> bytes:
    """The secret in `path`, made there at first use. Two processes that make it at once get the same.

    Raises OSError when the file can neither be read nor made.
    """
    if not path.exists():
        _make(path)
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise OSError(f"{path.name} 不是本平台生成的密钥，请恢复备份，或删除后重建索引")
    return secret


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, delete=False) as file:  # 0600
        file.write(secrets.token_hex(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    made = Path(file.name)
    try:
        os.link(made, path)  # unlike a rename it never replaces what another process made meanwhile
    except FileExistsError:
        pass
    finally:
        made.unlink()
