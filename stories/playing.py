"""Sets the scene for a story: a ledger, a Prefect server and a worker of its own in a folder that is thrown away.

`python -m stories.playing NAME` is that process; `rongetong story NAME` starts it with the environment it needs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

import clock
from clock import StoryClock
from deployments.prefect_server import client_environment, server_command, server_environment
from deployments.preparation import prepare_ledger
from domain.stages import STAGE_LABELS, Stage
from services.context import Context
from settings import PROJECT_ROOT, Settings, get_settings
from stories.telling import Story, Teller

START_SECONDS = 120


def play_apart(name: str, *, ledger_url: str = "", quiet: bool = False, facts: Path | None = None) -> int:
    """Play a story in a process of its own and give its exit code; `ledger_url` empty: a SQLite ledger.

    `facts` is a file to write how the petition fared to, as JSON.
    """
    arguments = [name, *(["--quiet"] if quiet else []), *(["--json", str(facts)] if facts else [])]
    return run_apart("stories.playing", *arguments, ledger_url=ledger_url)


def run_apart(module: str, *arguments: str, ledger_url: str = "") -> int:
    """Run a module as a process whose settings name servers of its own in a folder that is thrown away; its exit code.

    Prefect reads its environment when it is imported first: whoever stages a story begins with the right one.
    """
    with tempfile.TemporaryDirectory(prefix="rongetong-story-") as folder:
        settings = Settings(
            data_dir=Path(folder),
            database_url=ledger_url,
            prefect_database_url="",
            prefect_url="",
            prefect_port=_free_port(),
            worker_poll_seconds=0.3,
        )
        environment = {
            **os.environ,
            **client_environment(settings),
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "RONGETONG_DATA_DIR": folder,
            "RONGETONG_DATABASE_URL": ledger_url,
            "RONGETONG_PREFECT_DATABASE_URL": "",
            "RONGETONG_PREFECT_URL": "",
            "RONGETONG_PREFECT_PORT": str(settings.prefect_port),
            "RONGETONG_WORKER_POLL_SECONDS": str(settings.worker_poll_seconds),
        }
        (settings.data_dir / "prefect").mkdir()
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, env=environment, cwd=PROJECT_ROOT, check=False).returncode


def play(story: Story, settings: Settings, console: Console) -> dict[str, Any]:
    """Play `story` against the servers of `settings`, starting them first, print its timeline and give its facts."""
    from stories.lists import lists_for_machines, print_lists
    from stories.timeline import facts_for_machines, print_timeline

    console.print(f"[bold]{story.title}[/bold]\n{story.source}\n")
    with staged(story, settings) as (context, story_clock):
        with console.status("重演中 playing …") as status:
            teller = Teller(
                context,
                story_clock,
                lambda stage: status.update(
                    f"{clock.now().in_timezone(clock.SHANGHAI):YYYY-MM-DD HH:mm} {STAGE_LABELS[Stage(stage)]}"
                ),
            )
            petition = teller.tell(story)
        print_timeline(context, petition, console)
        print_lists(context, petition, console)
        return facts_for_machines(context, petition) | {"lists": lists_for_machines(context, petition)}


@contextmanager
def staged(story: Story, settings: Settings) -> Iterator[tuple[Context, StoryClock]]:
    """The servers and the clock of a story, while it is told."""
    from deployments.register import register
    from services.bootstrap import build_context, use_context

    with ExitStack() as stack:
        prepare_ledger(settings, lambda _: None)
        stack.enter_context(_prefect_server(settings))
        register(settings)
        story_clock = StoryClock(story.begins, story.speed)
        stack.enter_context(clock.use(story_clock))
        context = stack.enter_context(use_context(build_context(settings)))
        stack.enter_context(_worker(settings))
        yield context, story_clock


@contextmanager
def _prefect_server(settings: Settings) -> Iterator[None]:
    log = settings.data_dir / "prefect.log"
    environment = {**os.environ, **server_environment(settings)}
    with log.open("wb") as output:
        server = subprocess.Popen(
            server_command(settings), env=environment, stdout=output, stderr=subprocess.STDOUT, cwd=PROJECT_ROOT
        )
    try:
        _await_health(settings, server)
        yield
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    """The in-process worker on a thread of its own, so that it lives by the story's clock."""
    from deployments.worker import run_worker

    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def serve() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run_worker(stop, settings))

    thread = threading.Thread(target=serve, name="worker")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def _await_health(settings: Settings, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the Prefect server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"{settings.prefect_api_url}/health", timeout=2):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the Prefect server did not answer within {START_SECONDS} seconds")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Play the story named on the command line."""
    from stories.all import STORIES

    parser = argparse.ArgumentParser(prog="stories.playing")
    parser.add_argument("name", choices=sorted(STORIES))
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--json", type=Path, help="write how the petition fared to this file")
    asked = parser.parse_args()
    facts = play(STORIES[asked.name], get_settings(), Console(quiet=asked.quiet))
    if asked.json:
        asked.json.write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
