"""A file that is there whole or not at all: written beside its place, then renamed onto it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from domain.errors import DomainError


class CannotWrite(DomainError):
    """The place to write to cannot be written to; nothing was changed there."""

    code = "cannot-write"

    def __init__(self, path: Path, reason: str) -> None:
        self.message = f"不能写入 {path}：{reason}。原有内容没有改变"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; it becomes `path` when the block ends well, else what was there stays.

    Raises CannotWrite when the folder is missing, full or not ours.
    """
    if path.is_dir():
        raise CannotWrite(path, "这是一个目录，请写明文件名")
    if not path.parent.is_dir():
        raise CannotWrite(path, "目录不存在，请先建立")
    beside = path.with_name(f".{path.name[:40]}.{uuid4().hex[:8]}{path.suffix}")
    try:
        yield beside
        _keep(beside)
        beside.replace(path)
        _keep(path.parent)
    except OSError as error:
        raise CannotWrite(path, _reason(error)) from error
    finally:
        beside.unlink(missing_ok=True)


def _keep(path: Path) -> None:
    """Let what is there survive a power cut: of a file its content, of a folder the names in it."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _reason(error: OSError) -> str:
    return "没有写入的权限" if isinstance(error, PermissionError) else f"{error.strerror or error}"
