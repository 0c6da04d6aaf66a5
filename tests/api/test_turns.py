"""Work that takes seconds waits without holding the threads that answer everybody."""

from __future__ import annotations

import asyncio
import threading
import time

import httpx
from fastapi import Depends, FastAPI

from api.turns import Turns


async def done_at_once(turns: Turns, number: int, seconds: float = 0.01) -> int:
    """How many of `number`, each at work for so long, were at work at the same time."""
    busy, most = 0, 0

    async def work() -> None:
        nonlocal busy, most
        async with turns.taken():
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(seconds)
            busy -= 1

    await asyncio.gather(*(work() for _ in range(number)))
    return most


def test_so_many_are_done_at_once_and_all_are_done() -> None:
    assert asyncio.run(done_at_once(Turns(3), 20)) == 3


def test_in_another_loop_it_is_the_same() -> None:
    turns = Turns(2)
    assert [asyncio.run(done_at_once(turns, 5)) for _ in range(2)] == [2, 2]


def test_whoever_waited_too_long_goes_on_and_gives_back_no_turn_they_never_had() -> None:
    async def waiting() -> int:
        turns = Turns(1, patience=0.01)
        async with turns.taken():  # somebody who does not end
            assert await done_at_once(turns, 3, seconds=1) == 3
        return await done_at_once(turns, 3)

    assert asyncio.run(waiting()) >= 1


def test_everybody_else_is_answered_while_more_wait_than_there_are_threads() -> None:
    app, ended = FastAPI(), threading.Event()
    turns = Turns(2)

    @app.post("/slow", dependencies=[Depends(turns)])
    def slow() -> None:
        ended.wait(120)

    @app.get("/quick")
    def quick() -> str:
        return "answered"

    async def asked() -> float:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", timeout=180) as client:
            slow_ones = [asyncio.create_task(client.post("/slow")) for _ in range(60)]
            await asyncio.sleep(0.2)
            began = time.monotonic()
            assert (await client.get("/quick")).json() == "answered"
            took = time.monotonic() - began
            ended.set()
            await asyncio.gather(*slow_ones)
            return took

    assert asyncio.run(asked()) < 60
