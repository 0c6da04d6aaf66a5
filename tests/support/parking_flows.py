"""Tiny flows for the tests of parking and of the worker. What they remember is kept in a folder, as in a ledger."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

import clock
from gateways.orchestrator import RunLabel
from tasks.parking import park, relabel

ROUNDS = 3


def note(folder: Path, word: str) -> None:
    """Append a line with the time: lines of this length are written whole."""
    with (folder / "journal").open("a") as journal:
        journal.write(f"{time.monotonic()} {word}\n")


def words(folder: Path) -> list[str]:
    path = folder / "journal"
    return [line.split()[1] for line in path.read_text().splitlines()] if path.exists() else []


@task(cache_policy=NO_CACHE)
async def look(folder: Path, word: str) -> int:
    note(folder, word)
    return words(folder).count(word)


@flow
async def three_waits(folder: str, wait_seconds: float = 1.0) -> None:
    """Parks three times, then completes."""
    looks = await look(Path(folder), "look")
    if looks <= ROUNDS:
        await relabel(RunLabel(f"looked-{looks}", (f"looks:{looks}",)))
        await park("Waiting", clock.now() + dt.timedelta(seconds=wait_seconds), _always)
    note(Path(folder), "done")


@flow
async def changed_meanwhile(folder: str) -> None:
    """The ledger changes while it runs, after it was read and before it is parked."""

    async def still_current() -> bool:
        return words(Path(folder)).count("look") > 1

    looks = await look(Path(folder), "look")
    await park(f"Round{looks}", clock.now() + dt.timedelta(days=5), still_current)


@flow
async def takes_long(folder: str, seconds: float) -> None:
    note(Path(folder), "began")
    await asyncio.sleep(seconds)
    note(Path(folder), "ended")


@flow
async def waits_for_a_word(folder: str) -> None:
    """Runs until somebody puts the file `word` into the folder, then parks for days."""
    note(Path(folder), "began")
    while not (Path(folder) / "word").exists():  # noqa: ASYNC110, the word comes from another process
        await asyncio.sleep(0.05)
    await park("Heard", clock.now() + dt.timedelta(days=5), _always)


@flow
async def fails(folder: str) -> None:
    note(Path(folder), "began")
    raise ValueError("as it should")


@flow
def no_coroutine(folder: str) -> None:
    note(Path(folder), "done")


@flow
async def parks_often(folder: str, times: int) -> None:
    """Looks this many times, due again at once each time."""
    if await look(Path(folder), "look") < times:
        await park("Waiting", clock.now(), _always)


@flow
async def any_petition(petition_id: str) -> None:
    """What the tests of the orchestrator start; nobody ever runs it."""


async def _always() -> bool:
    return True
