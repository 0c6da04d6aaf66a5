"""Cases and queues that keep themselves up to date: what counts as news, and that streams keep nobody waiting."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request

import clock
from domain.actions import Actor, Role
from domain.administration import COMMAND_LINE
from domain.errors import NotPermitted
from services import accounts, handling, queue_news, recusals
from services.context import Context
from services.sign_in import session_of
from settings import PROJECT_ROOT
from tests.support.context import a_kept_context
from tests.support.pages import Visitor, signed_in
from tests.support.ports import free_port
from tests.support.prefect_workers import wait_until
from tests.web.office import LAMPS, OTHER, UNCLEAR, UNIT, desk, reported, unit
from web import news
from web.live import Watch

pytestmark = pytest.mark.usefixtures("cheap_passwords")

NAME = "测试流"
AT_UNIT, ELSEWHERE, AT_DESK = Actor(Role.UNIT, UNIT, "甲"), Actor(Role.UNIT, OTHER, "乙"), Actor(Role.DESK, name="丙")
WATCHED = [AT_UNIT, ELSEWHERE, AT_DESK, Actor(Role.INSPECTOR), Actor(Role.PARTY_INSPECTOR), Actor(Role.OPERATOR)]


def changed(before: dict[Actor, int], after: dict[Actor, int]) -> set[Actor]:
    return {actor for actor in before if before[actor] != after[actor]}


def test_a_queue_is_another_one_when_something_comes_or_moves_and_only_then(context: Context) -> None:
    empty = queue_news.fingerprints(context, WATCHED)
    [case] = reported(context, LAMPS[0])
    came = queue_news.fingerprints(context, WATCHED)
    assert changed(empty, came) == {AT_UNIT, Actor(Role.OPERATOR)}
    assert queue_news.fingerprints(context, WATCHED) == came
    handling.sign(context, case, AT_UNIT)
    signed = queue_news.fingerprints(context, WATCHED)
    assert changed(came, signed) == {AT_UNIT, Actor(Role.OPERATOR)}
    reported(context, UNCLEAR)
    assert changed(signed, queue_news.fingerprints(context, WATCHED)) == {AT_DESK, Actor(Role.OPERATOR)}


def test_whoever_has_no_queue_is_told_nothing(context: Context) -> None:
    with pytest.raises(NotPermitted):
        queue_news.fingerprints(context, [Actor(Role.CHANNEL)])


def test_pages_name_what_they_have_seen(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = unit(context)
    seen = queue_news.fingerprints(context, [AT_UNIT])[AT_UNIT]
    assert f'data-live="/tasks/live?seen={seen}"' in visitor.open("/tasks").html
    assert f'data-live="/cases/{case}/live?seen=' in visitor.open(f"/cases/{case}").html


def test_streams_are_for_those_who_see_the_case(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    other = unit(context, OTHER)
    other.client.app._pages.state.watch = Watch(lambda _: {}, most=0)  # type: ignore[attr-defined]
    assert other.client.get(f"/cases/{case}/live").status_code == 404
    for path in (f"/cases/{case}/live", "/tasks/live"):
        assert Visitor(context).client.get(path).status_code == 204, "nobody is signed in: the browser asks no more"


def test_a_page_that_only_renews_itself_keeps_no_session(context: Context, frozen_clock: clock.StoryClock) -> None:
    visitor = unit(context)
    by_itself, answers = {"HX-Request": "true"}, []
    for _ in range(3):
        frozen_clock.move_to(frozen_clock.now().add(minutes=11))
        answers.append(visitor.client.get("/tasks", headers=by_itself, follow_redirects=False).status_code)
    assert answers == [200, 200, 303], "nobody was there for 33 minutes"
    again = desk(context)
    for _ in range(3):
        frozen_clock.move_to(frozen_clock.now().add(minutes=11))
        assert again.open("/tasks").path == "/tasks"


def taken_out(context: Context, case: str) -> None:
    recusals.recuse_unit(context, case, Actor(Role.DESK, name="丙"), unit=UNIT, reason="来信反映该单位工作人员")


@pytest.mark.parametrize(
    "revoke",
    [
        lambda context, _: accounts.disable_account(context, NAME),
        lambda context, _: accounts.reset_password(context, NAME),
        lambda context, _: accounts.end_all_sessions(context, NAME, COMMAND_LINE),
        lambda context, _: accounts.change_standing(context, NAME, Role.UNIT, OTHER, COMMAND_LINE),
        taken_out,
    ],
    ids=["disabled", "reset", "signed out", "another unit", "recused"],
)
def test_whoever_may_look_no_longer_hears_nothing_more(
    context: Context, revoke: Callable[[Context, str], object]
) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = signed_in(Visitor(context), Role.UNIT, UNIT, NAME)
    token, versions = visitor.client.cookies["session"], itertools.count(100)
    pages: FastAPI = visitor.client.app._pages  # type: ignore[attr-defined]
    pages.state.watch = Watch(lambda _: {case: next(versions)}, seconds=0)
    cookie = [(b"cookie", f"session={token}".encode())]
    request = Request({"type": "http", "scheme": "http", "path": "/", "headers": cookie, "app": pages})
    who = session_of(context, token)
    assert who is not None

    async def heard() -> int:
        words = 0
        async for _ in news.of_case(request, context, who, case):
            words += 1
            if words == 2:
                revoke(context, case)
        return words

    assert asyncio.run(asyncio.wait_for(heard(), 120)) == 2


def test_one_account_or_address_takes_not_all_of_the_streams() -> None:
    async def room() -> list[bool]:
        watch: Watch[str] = Watch(lambda _: {}, most=5, most_of_one=2)

        async def listening(watcher: str) -> None:
            async for _ in watch.changes(["a"], {}, watcher):
                pass

        ears = [asyncio.create_task(listening("greedy")) for _ in range(2)]
        await asyncio.sleep(0)
        found = [watch.is_full("greedy"), watch.is_full("modest")]
        ears += [asyncio.create_task(listening(f"other {number}")) for number in range(3)]
        await asyncio.sleep(0)
        found.append(watch.is_full("modest"))
        watch.close()
        await asyncio.gather(*ears)
        return [*found, watch.is_full("greedy")]

    assert asyncio.run(asyncio.wait_for(room(), 120)) == [True, False, True, False]


def test_everybody_who_listens_is_let_go_when_the_process_ends() -> None:
    async def heard() -> list[int]:
        watch: Watch[str] = Watch(lambda _: {"a": 3})

        async def listening() -> int:
            return len([1 async for _ in watch.changes(["a"], {"a": 3})])

        ears = [asyncio.create_task(listening()) for _ in range(3)]
        await asyncio.sleep(0)
        watch.close()
        late = asyncio.create_task(listening())
        return await asyncio.gather(*ears, late)

    assert asyncio.run(asyncio.wait_for(heard(), 120)) == [0, 0, 0, 0]


@contextmanager
def running(url: str, port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The site as `rongetong up` runs it, without Prefect."""
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.main:build", "--port", str(port)]
    command += ["--log-level", "warning", "--timeout-graceful-shutdown", "600"]
    environment = os.environ | {"RONGETONG_DATABASE_URL": url, "RONGETONG_DATA_DIR": str(folder)}
    with subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT) as process:
        try:
            wait_until(lambda: _answers(port), "the site answers")
            yield process
        finally:
            process.kill()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/follow", trust_env=False, timeout=60).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "stopped"])
def test_open_streams_do_not_hold_up_the_end_and_go_on_after_a_restart(
    engine: sa.Engine, database_url: str, tmp_path: Path, asked: signal.Signals
) -> None:
    context = a_kept_context(engine)
    [case] = reported(context, LAMPS[0])
    with clock.use(clock.SystemClock()):
        cookies = {"session": signed_in(Visitor(context), Role.UNIT, UNIT).client.cookies["session"]}
    port = free_port()
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies, trust_env=False, timeout=120)
    seen = queue_news.fingerprints(context, [AT_UNIT])[AT_UNIT]
    with (
        running(database_url, port, tmp_path) as process,
        client.stream("GET", f"/tasks/live?seen={seen}") as queue,
        client.stream("GET", f"/cases/{case}/live?seen=0") as stream,
    ):
        assert queue.status_code == 200
        assert "event: changed" in next(part for part in stream.iter_text() if "event" in part)
        process.send_signal(asked)
        assert process.wait(180) in {0, -asked}, "whoever is held up by open streams waits for ten minutes"
    handling.sign(context, case, AT_UNIT)
    with (
        running(database_url, port, tmp_path),
        client.stream("GET", f"/tasks/live?seen={seen}") as queue,
    ):
        assert "event: changed" in next(part for part in queue.iter_text() if "event" in part), "nothing was missed"
