"""A secret that this installation makes for itself once and keeps in a file only its owner may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_BYTES = 32


def secret_in(path: Path) -> bytes:
    """The secret in `path`, made there at first use. Two processes that make it at once get the same.

    Raises OSError when the file can neither be read nor made.
    """
    try:
        return bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        pass
    except ValueError:
        raise OSError(f"{path.name} 不是本平台生成的密钥，请恢复备份，或删除后重建索引") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(made, path)  # unlike a rename it never replaces what another process made meanwhile
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return secret_in(path)
