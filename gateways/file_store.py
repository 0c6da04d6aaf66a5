"""Where files are kept, by the SHA-256 of their content: there whole or not at all, and never altered unnoticed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pendulum import DateTime

from domain.errors import DomainError
from gateways.whole_files import CannotWrite, whole_file


class StoreUnavailable(DomainError):
    """Files cannot be kept or read now; nothing was written."""

    code = "store-unavailable"

    def __init__(self, message: str = "附件暂时存不下，没有写入任何内容；请稍后重试") -> None:
        self.message = message


class FileStore(Protocol):
    """Files by their digest. A file that nobody refers to may be there; one that is referred to must be."""

    def put(self, content: bytes, now: DateTime) -> str:
        """Keep `content` for good and give its digest; as of `now` it is new, even if it was there before.

        Raises StoreUnavailable.
        """

    def read(self, digest: str) -> bytes:
        """What was kept. Raises StoreUnavailable when it is gone, or no longer what it was."""

    def has(self, digest: str) -> bool:
        """Whether it is there."""

    def old(self, before: DateTime) -> Iterator[str]:
        """Every file that is no newer than `before`. What broke off while it was written is removed on the way."""

    def remove(self, digest: str, before: DateTime) -> bool:
        """Remove it, unless somebody kept the same content after `before`; whether it was removed."""


def digest_of(content: bytes) -> str:
    """The name of a file: the SHA-256 of its content."""
    return hashlib.sha256(content).hexdigest()


_AWAY = ".away"


class DiskStore:
    """A folder. It is made when the first file comes, and never fills the last `reserve` bytes of its disk.

    The ledger may live on the same disk: photos must not keep it from writing.
    """

    def __init__(self, root: Path, reserve: int = 0) -> None:
        self.root = root
        self._reserve = reserve

    def put(self, content: bytes, now: DateTime) -> str:
        digest = digest_of(content)
        path = self._path(digest)
        try:
            if self._renew(path, now):
                return digest
            path.parent.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(path.parent).free < self._reserve + len(content):
                raise StoreUnavailable("存放附件的磁盘将满，暂不接收附件，其他办理不受影响；请稍后重试，或联系平台运维")
            with whole_file(path) as beside:
                beside.write_bytes(content)
                self._renew(beside, now)
        except (OSError, CannotWrite) as error:
            # Only the kind: the message names places of this machine.
            raise StoreUnavailable from error
        return digest

    def read(self, digest: str) -> bytes:
        try:
            content = self._path(digest).read_bytes()
        except OSError as error:
            raise StoreUnavailable("附件文件不在，请联系平台运维从备份恢复") from error
        if digest_of(content) != digest:
            raise StoreUnavailable("附件文件已被改动，与登记的校验值不符，不予提供；请联系平台运维从备份恢复")
        return content

    def has(self, digest: str) -> bool:
        return self._path(digest).is_file()

    def old(self, before: DateTime) -> Iterator[str]:
        for folder in sorted(self.root.iterdir()) if self.root.is_dir() else ():
            for entry in sorted(os.scandir(folder), key=lambda each: each.name) if folder.is_dir() else ():
                if entry.name.endswith(_AWAY):  # `remove` broke off, perhaps before it saw that the file is new
                    Path(entry.path).replace(self._path(entry.name[1 : -len(_AWAY)]))
                elif entry.stat().st_mtime > before.timestamp():
                    continue
                elif entry.name.startswith("."):
                    Path(entry.path).unlink(missing_ok=True)
                else:
                    yield entry.name

    def remove(self, digest: str, before: DateTime) -> bool:
        path = self._path(digest)
        # Out of the way first: whoever keeps the same content from now on writes it anew, and whoever did so since we
        # looked has made it new, which is seen here.
        away = path.with_name(f".{digest}{_AWAY}")
        try:
            path.replace(away)
        except FileNotFoundError:
            return False
        if away.stat().st_mtime > before.timestamp() and not path.exists():
            away.replace(path)
            return False
        away.unlink(missing_ok=True)
        return not path.exists()

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest

    @staticmethod
    def _renew(path: Path, now: DateTime) -> bool:
        try:
            os.utime(path, (now.timestamp(), now.timestamp()))
        except FileNotFoundError:
            return False
        return True


class MemoryStore:
    """Files in the memory of this process, for tests and for stories that need none on disk."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, DateTime]] = {}

    def put(self, content: bytes, now: DateTime) -> str:
        digest = digest_of(content)
        self.kept[digest] = (content, now)
        return digest

    def read(self, digest: str) -> bytes:
        if digest not in self.kept:
            raise StoreUnavailable("附件文件不在")
        return self.kept[digest][0]

    def has(self, digest: str) -> bool:
        return digest in self.kept

    def old(self, before: DateTime) -> Iterator[str]:
        yield from [digest for digest, (_, since) in self.kept.items() if since <= before]

    def remove(self, digest: str, before: DateTime) -> bool:
        kept = self.kept.get(digest)
        if kept is None or kept[1] > before:
            return False
        del self.kept[digest]
        return True
