"""Work that keeps a processor busy for seconds waits for its turn without holding one of the threads that answer all.

Some forty threads answer everybody. Were each of them to wait for a password or a photo, nobody would be answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated
from weakref import WeakKeyDictionary

from fastapi import Depends

_PATIENCE_SECONDS = 60.0
"""After so long it goes on all the same, at the expense of the others: what people sent is not lost (our own)."""


class Turns:
    """A dependency: what depends on it, `at_once` of it are done at the same time. It comes after what is received."""

    def __init__(self, at_once: int, patience: float = _PATIENCE_SECONDS) -> None:
        self._at_once = at_once
        self._patience = patience
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def __call__(self) -> AsyncIterator[None]:
        async with self.taken():
            yield

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """As a dependency, for what is done while a form is still read."""
        turns = self._of_loop.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._at_once))
        has_turn = False
        with suppress(TimeoutError):
            has_turn = await asyncio.wait_for(turns.acquire(), self._patience)
        try:
            yield
        finally:
            if has_turn:
                turns.release()


PASSWORD_TURN = Annotated[None, Depends(Turns(4))]
FILES = Turns(3)
FILE_TURN = Annotated[None, Depends(FILES)]
"""Fewer than there are threads, more than there are processors on a small machine (our own decision)."""
