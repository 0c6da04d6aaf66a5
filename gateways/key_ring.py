"""The keys under which petitioners' identities are sealed: several in one file, so that they can be changed in time.

A line of the file is one key: its id, which follows from the key itself, and the key. The last one seals; all open.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import KeysUnusable

_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_LENGTH = 8


@dataclass(frozen=True)
class Sealed:
    """What is kept of a secret, and which key opens it."""

    key_id: str
    content: bytes


@dataclass(frozen=True)
class KeyRing:
    """Keys by id, the one in use last; AES-256-GCM."""

    keys: Mapping[str, bytes]

    @property
    def newest(self) -> str:
        return list(self.keys)[-1]

    def seal(self, secret: bytes, bound_to: str) -> Sealed:
        """`secret` sealed under the newest key; it opens only for what it is bound to."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return Sealed(self.newest, nonce + AESGCM(self.keys[self.newest]).encrypt(nonce, secret, bound_to.encode()))

    def open(self, sealed: Sealed, bound_to: str) -> bytes:
        """The secret.

        Raises:
            KeysUnusable: the key is not here, or this was not sealed under it for what it is bound to.
        """
        key = self.keys.get(sealed.key_id)
        if key is None:
            raise KeysUnusable(f"缺少编号为{sealed.key_id}的密钥")
        nonce, content = sealed.content[:_NONCE_BYTES], sealed.content[_NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, content, bound_to.encode())
        except InvalidTag:
            raise KeysUnusable("密文与密钥或所属诉求不符，可能被改动或调换") from None


class IdentityKeys(Protocol):
    """Where the keys come from."""

    def ring(self) -> KeyRing:
        """The keys as they are now. Raises `KeysUnusable`."""
        ...

    def exists(self) -> bool:
        """Whether there are any, usable or not."""
        ...

    def make(self) -> None:
        """Make the first one, unless there is one."""
        ...

    def add(self) -> str:
        """Add a new one, which seals from now on; its id. Raises `KeysUnusable`."""
        ...


class HeldKeys:
    """Keys in memory, for tests and stories."""

    def __init__(self, *keys: bytes) -> None:
        self._keys = {id_of(key): key for key in keys}

    def ring(self) -> KeyRing:
        if not self._keys:
            raise KeysUnusable("没有密钥")
        return KeyRing(dict(self._keys))

    def exists(self) -> bool:
        return bool(self._keys)

    def make(self) -> None:
        if not self._keys:
            self.add()

    def add(self) -> str:
        key_id, key = new_key()
        self._keys[key_id] = key
        return key_id


def new_key() -> tuple[str, bytes]:
    """A random key and its id."""
    key = secrets.token_bytes(_KEY_BYTES)
    return id_of(key), key


def id_of(key: bytes) -> str:
    """The id of a key; nothing can be learned of the key from it."""
    return hashlib.sha256(b"rongetong identity key" + key).hexdigest()[:_ID_LENGTH]


class KeyFile:
    """The file of the keys; taken up anew when it changes, e.g. when another process added a key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._ring: KeyRing | None = None

    def ring(self) -> KeyRing:
        """The keys as they are now.

        Raises:
            KeysUnusable: there is no file, it cannot be read, or a line of it is no key.
        """
        with self._lock:
            try:
                stat = self.path.stat()
                seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                if self._ring is None or seen != self._seen:
                    self._ring, self._seen = _read(self.path), seen
            except FileNotFoundError:
                raise KeysUnusable(f"没有密钥文件 {self.path.name}") from None
            except OSError:
                raise KeysUnusable(f"密钥文件 {self.path.name} 无法读取") from None
            return self._ring

    def exists(self) -> bool:
        return self.path.exists()

    def make(self) -> None:
        """Make the file with a first key, unless it is there. Whoever comes second takes the first one's."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        made = _written(self.path, dict([new_key()]))
        try:
            os.link(made, self.path)
        except FileExistsError:
            pass
        finally:
            made.unlink()

    def add(self) -> str:
        """Add a new key, which seals from now on; its id. Those before stay and go on opening.

        Raises:
            KeysUnusable: the file cannot be used as it is.
        """
        with _alone(self.path.with_name(f".{self.path.name}.lock")):
            key_id, key = new_key()
            made = _written(self.path, {**self.ring().keys, key_id: key})
            made.replace(self.path)
        return key_id


def _read(path: Path) -> KeyRing:
    keys: dict[str, bytes] = {}
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        key_id, _, text = line.partition(" ")
        try:
            key = bytes.fromhex(text.strip())
        except ValueError:
            key = b""
        if len(key) != _KEY_BYTES or id_of(key) != key_id:
            raise KeysUnusable(f"密钥文件 {path.name} 第{number}行不是本平台生成的密钥")
        keys[key_id] = key
    if not keys:
        raise KeysUnusable(f"密钥文件 {path.name} 是空的")
    return KeyRing(keys)


def _written(path: Path, keys: Mapping[str, bytes]) -> Path:
    """A new file beside `path`, only its owner's, safely on the disk."""
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, delete=False) as file:  # 0600
        file.writelines(f"{key_id} {key.hex()}\n" for key_id, key in keys.items())
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two commands that add a key at once would lose one of them."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
