"""One round of sending: what is owed goes out over many channels at once, and no channel waits for another one.

At most `AT_ONCE_PER_ROUTE` notices are on the way over the same channels. A route whose channels do not answer is left
to the next round, so that a dead channel costs each round one time limit and nobody else anything. What becomes owed
meanwhile is seen within `LOOK_AGAIN_SECONDS`, urgent notices first.
"""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from clock import SystemClock
from services import delivery, outbox
from services.context import Context
from services.delivery import Outcome, Round
from services.outbox import Due

AT_ONCE = 32
AT_ONCE_PER_ROUTE = 4
LOOK_AGAIN_SECONDS = 1.0
"""These three are our own decisions."""


def send_owed(context: Context, seconds: float, stop: threading.Event | None = None) -> Counter[Outcome]:
    """Send what is due until nothing is, for `seconds` at most or until `stop`; how the notices fared.

    What is on the way by then is waited for.
    """
    return _Sender(context, seconds, stop or threading.Event()).run()


class _Sender:
    def __init__(self, context: Context, seconds: float, stop: threading.Event) -> None:
        self._context = context
        self._stop = stop
        self._wall = SystemClock()
        self._until = self._wall.now().add(seconds=seconds)
        self._round = Round()
        self._on_the_way: dict[Future[Outcome], Due] = {}
        self._tried: set[int] = set()

    def run(self) -> Counter[Outcome]:
        tally: Counter[Outcome] = Counter()
        # Threads of its own: those of the process are the petitions'.
        with ThreadPoolExecutor(AT_ONCE, "sender") as threads:
            while True:
                if not self._stop.is_set() and self._wall.now() < self._until:
                    self._start(threads)
                if not self._on_the_way:
                    return tally
                done, _ = wait(self._on_the_way, LOOK_AGAIN_SECONDS, FIRST_COMPLETED)
                for future in done:
                    del self._on_the_way[future]
                    tally[future.result()] += 1

    def _start(self, threads: ThreadPoolExecutor) -> None:
        busy = Counter(due.route for due in self._on_the_way.values())
        book = self._context.addresses
        routes = {*map(book.route_to, book.recipients), *book.petitioner_routes.values()}
        closed = {route for route in routes if busy[route] >= AT_ONCE_PER_ROUTE or self._round.is_closed(route)}
        # Twice as many as fit: some were handed to a thread that has not claimed them yet.
        for due in outbox.due_by_route(self._context, 2 * AT_ONCE, closed):
            full = len(self._on_the_way) >= AT_ONCE or busy[due.route] >= AT_ONCE_PER_ROUTE
            if full or due.notice_id in self._tried:
                continue
            self._tried.add(due.notice_id)
            busy[due.route] += 1
            future = threads.submit(delivery.deliver, self._context, due.notice_id, self._round)
            self._on_the_way[future] = due
