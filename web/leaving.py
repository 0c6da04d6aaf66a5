"""Open streams end as soon as the process is asked to end, instead of holding it until its patience is over."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType

from starlette.types import ASGIApp, Receive, Scope, Send

_ASKING = (signal.SIGINT, signal.SIGTERM)


class Leaving:
    """ASGI middleware, the outermost: `close` is called in the loop when a signal asks the process to end.

    A server tells an application that it ends only after the last answer was sent, and a stream of news has no last
    word. So the signal is heard here first, and handed on to whoever heard it before.
    """

    def __init__(self, app: ASGIApp, close: Callable[[], None]) -> None:
        self._app = app
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" and threading.current_thread() is threading.main_thread():
            self._listen(asyncio.get_running_loop())
        await self._app(scope, receive, send)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        for number in _ASKING:
            former = signal.getsignal(number)

            def hear(asked: int, frame: FrameType | None, former: object = former) -> None:
                loop.call_soon_threadsafe(self._close)
                if callable(former):
                    former(asked, frame)

            signal.signal(number, hear)
