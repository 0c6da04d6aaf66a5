"""Changes as they happen: one question to the ledger for everybody who watches, not one each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Mapping
from contextlib import suppress
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

ASK_SECONDS = 2.0
"""How often the ledger is asked while anybody watches (our own decision)."""
MOST_WATCHERS = 500
"""Open streams of this process; whoever comes after them reloads the page by hand (our own decision)."""
MOST_OF_ONE = 40
"""The same for one account, or for one address from which cases are followed: nobody takes all of them."""
Key = TypeVar("Key", bound=Hashable)


class Watch(Generic[Key]):
    """Tells every watcher when the version of something it watches, a petition or a queue, has changed."""

    def __init__(
        self,
        ask: Callable[[Collection[Key]], Mapping[Key, int]],
        seconds: float = ASK_SECONDS,
        most: int = MOST_WATCHERS,
        most_of_one: int = MOST_OF_ONE,
    ) -> None:
        """`ask` gives the versions by their keys; it blocks, and may fail while the ledger is away."""
        self._ask = ask
        self._seconds = seconds
        self._most = most
        self._watched: Counter[Key] = Counter()
        self._known: dict[Key, int] = {}
        self._changed: asyncio.Event | None = None
        self._asking: asyncio.Task[None] | None = None
        self._most_of_one = most_of_one
        self._watchers: Counter[Hashable] = Counter()
        self._closed = False

    def is_full(self, watcher: Hashable) -> bool:
        """Whether nobody more may listen, or at least not this one."""
        return self._watchers.total() >= self._most or self._watchers[watcher] >= self._most_of_one

    def close(self) -> None:
        """End what everybody listens to, now and from now on; called in the loop that they listen in."""
        self._closed = True
        if self._changed is not None:
            self._changed.set()

    async def changes(
        self,
        ids: Collection[Key],
        seen: Mapping[Key, int],
        watcher: Hashable = None,
        may_still: Callable[[], bool] = lambda: True,
    ) -> AsyncIterator[Mapping[Key, int]]:
        """The versions of these whenever they differ from what was `seen`, until nobody listens or it is closed.

        Before each of them `may_still` is asked, which blocks: whoever was signed out meanwhile hears nothing more.
        """
        for key in ids:  # asked for before the page was made, perhaps: a page is not told of what it shows
            self._known.pop(key, None)
        self._watchers[watcher] += 1
        self._watched.update(ids)
        last = dict(seen)
        if self._asking is None or self._asking.done():
            self._changed = asyncio.Event()
            self._asking = asyncio.create_task(self._keep_asking(self._changed))
        try:
            while not self._closed:
                present = {key: self._known.get(key, last.get(key, 0)) for key in ids}
                if present != last:
                    if not await run_in_threadpool(may_still):
                        return
                    last = present
                    yield present
                    continue
                await self._next()
        finally:
            self._watchers -= Counter({watcher: 1})
            self._watched.subtract(ids)
            self._forget()

    async def _next(self) -> None:
        if self._changed is not None:
            await self._changed.wait()

    async def _keep_asking(self, changed: asyncio.Event) -> None:
        """Ask as long as anybody watches."""
        while self._watched and not self._closed:
            with suppress(SQLAlchemyError):  # the ledger is away for a while; the page stands as it was
                self._known = dict(await run_in_threadpool(self._ask, list(self._watched)))
            # Whoever waits is let through once; the next waiters wait for the next answer.
            changed.set()
            changed.clear()
            await asyncio.sleep(self._seconds)

    def _forget(self) -> None:
        for key in [key for key, count in self._watched.items() if count <= 0]:
            del self._watched[key]
            self._known.pop(key, None)


_MOST_DIGITS = len("4294967295")


def version_seen(said: str) -> int:
    """The version that a page says it shows; 0, which nothing has, where it says none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS else 0
