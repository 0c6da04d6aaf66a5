"""The processes of an installation on one machine: how each is started, watched and stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from deployments.prefect_server import client_environment, server_command, server_environment
from settings import PROJECT_ROOT, Settings, reachable

STOP_SECONDS = 30
STABLE_SECONDS = 60
"""A process that lived so long was well: the next restart is its first again (our own decision)."""
LONGEST_PAUSE = 60
MOST_LOG_BYTES = 20_000_000
"""A log that has grown beyond this is put aside as `.old` when its process starts (our own decision)."""
_PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>
_TAIL_LINES = 8

# Health is asked for on this machine, whatever proxy the environment names for the world outside.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Part:
    """One process of the installation."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    health: str = ""
    stop_seconds: float = STOP_SECONDS
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    """How often it ended by itself since it last lived for `STABLE_SECONDS`."""
    _started: float = 0.0
    _next_start: float | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self.process is None else self.process.poll()

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > MOST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=environment_of(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A session of its own: Ctrl-C reaches the supervisor alone, which then stops the parts in order.
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - the supervisor has one thread
                cwd=PROJECT_ROOT,
            )
        self._started, self._next_start = time.monotonic(), None

    def keep_alive(self, say: Callable[[str], object]) -> None:
        """Start it again if it ended by itself; after longer and longer pauses if it keeps ending."""
        if self.process is None or self.running:
            return
        now = time.monotonic()
        if self._next_start is None:
            self.failures = 1 if now - self._started > STABLE_SECONDS else self.failures + 1
            pause = 0 if self.failures == 1 else min(LONGEST_PAUSE, 2 ** (self.failures - 2))
            self._next_start = now + pause
            say(
                f"[yellow]{self.name} 已退出 exited ({self.exit_code})，{pause}秒后重新启动 restarting in {pause} s；"
                f"日志 log: {self.log}[/yellow]"
            )
        if now >= self._next_start:
            self.start()

    def is_healthy(self) -> bool:
        return is_answering(self.health)

    def ask_to_stop(self) -> None:
        if self.running and self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def await_end(self, hurry: Callable[[], bool]) -> None:
        """Wait until it ended; kill it when it takes too long, or when `hurry` says so."""
        give_up = time.monotonic() + self.stop_seconds
        while self.running and not hurry() and time.monotonic() < give_up:
            time.sleep(0.05)
        if self.running and self.process is not None:
            self.process.kill()
            self.process.wait()

    def tail(self) -> str:
        """The last lines of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text("utf-8", errors="replace").splitlines()[-_TAIL_LINES:])


def is_answering(url: str) -> bool:
    """Whether `url` answers 200 within two seconds."""
    try:
        with _opener.open(url, timeout=2) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def environment_of(more: dict[str, str]) -> dict[str, str]:
    """This process's environment with `more` laid over it; a proxy is never asked for our own machine."""
    local = [os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or "", "127.0.0.1", "localhost"]
    without = ",".join(name for name in local if name)
    return {**os.environ, "NO_PROXY": without, "no_proxy": without, **more}


def parts_of(settings: Settings) -> tuple[Part, Part, Part, Part]:
    """The Prefect server, the API, the preparation that ends by itself, and the worker."""
    logs = settings.data_dir / "logs"
    client = client_environment(settings)
    server = Part(
        "Prefect",
        server_command(settings),
        server_environment(settings),
        logs / "prefect.log",
        f"http://{reachable(settings.prefect_host)}:{settings.prefect_port}/api/health",
    )
    api_command = [sys.executable, "-m", "uvicorn", "--factory", "api.main:build", "--host", settings.host]
    api_command += ["--port", str(settings.api_port), "--log-level", "warning", "--no-access-log"]
    api_command += ["--timeout-graceful-shutdown", "10"]
    api = Part(
        "API", api_command, client, logs / "api.log", f"http://{reachable(settings.host)}:{settings.api_port}/health"
    )
    preparation = Part("登记 preparation", _module("deployments.preparation"), client, logs / "preparation.log")
    # A worker waits for its runs once, and once more for those it hands back.
    patience = 2 * settings.worker_grace_seconds + 10
    worker = Part("Worker", _module("deployments.worker"), client, logs / "worker.log", stop_seconds=patience)
    return server, api, preparation, worker


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _end_with_parent() -> None:
    """Linux ends this process when the supervisor is gone, even if that was killed and could stop nobody."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
