"""A file people edit while the platform runs: taken up when it changes, kept as it last was good when it breaks."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class LiveFile(Generic[T]):
    """What a file holds now. Whether it changed is one look at its time and size."""

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], T],
        *,
        instead: T | None = None,
        kept: Path | None = None,
    ) -> None:
        """`read` raises ValueError for a file that cannot be used.

        Then what was read before stays; at the start that is the copy at `kept`, made of each good one, or `instead`.
        Raises what `read` raised when there is neither.
        """
        self.path = path
        self.problem: str | None = None
        """Why the file cannot be used as it is now; names file, line and reason."""
        self._read, self._kept = read, kept
        self._lock = threading.Lock()
        self._seen = _stamp(path)
        self._value = self._first(instead)

    @property
    def value(self) -> T:
        """The content of the file, or what it was when it last was good."""
        with self._lock:
            stamp = _stamp(self.path)
            if stamp != self._seen:
                self._seen = stamp
                try:
                    self._value = self._read_and_keep()
                except ValueError as error:
                    self._complain(error)
            return self._value

    def _first(self, instead: T | None) -> T:
        try:
            return self._read_and_keep()
        except ValueError as error:
            if self._kept is not None and self._kept.is_file():
                former = self._read(self._kept)
            elif instead is not None:
                former = instead
            else:
                raise
            self._complain(error)
            return former

    def _read_and_keep(self) -> T:
        value = self._read(self.path)
        if self.problem is not None:
            logger.warning("%s can be used again", self.path.name)
        self.problem = None
        if self._kept is not None:
            # Several processes may keep it at once; a copy is there whole or not at all.
            beside = self._kept.with_name(f"{self._kept.name}.{os.getpid()}")
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.path, beside)
            beside.replace(self._kept)
        return value

    def _complain(self, error: ValueError) -> None:
        self.problem = str(error)
        logger.error("%s cannot be used; what was read before stays: %s", self.path.name, error)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
