"""`make up`: prepares the databases and the policy, then runs the Prefect server, the API and the worker until Ctrl-C.

The three are processes of their own, so that a fault of one is no fault of the others; one that dies is started again.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rich.console import Console

from deployments.prefect_server import client_environment, server_command, server_environment
from deployments.preparation import prepare_ledger
from settings import PROJECT_ROOT, Settings

START_SECONDS = 120
"""How long a process may take to answer: a first start on a slow machine creates Prefect's whole database."""
STOP_SECONDS = 30
MAX_RESTARTS = 5
"""A process that died this often is broken, not unlucky."""

console = Console()


class StartFailed(Exception):
    """A part did not come up; the message says which, and where its log is."""


@dataclass
class Part:
    """One process of the installation."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: str = ""
    log: Path = Path()
    process: subprocess.Popen[bytes] | None = None
    restarts: int = field(default=0)

    def start(self) -> None:
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches the supervisor alone, which then stops the parts in order.
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=PROJECT_ROOT,
            )

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def parts_of(settings: Settings) -> tuple[Part, Part, Part]:
    """The Prefect server, the API and the worker, with the commands that start them."""
    logs = settings.data_dir / "logs"
    client = client_environment(settings)
    base = f"http://{settings.host}"
    server = Part(
        "Prefect",
        server_command(settings),
        server_environment(settings),
        f"{base}:{settings.prefect_port}/api/health",
        logs / "prefect.log",
    )
    api_command = [sys.executable, "-m", "uvicorn", "--factory", "api.main:build", "--host", settings.host]
    api_command += ["--port", str(settings.api_port), "--log-level", "warning", "--no-access-log"]
    api = Part("API", api_command, client, f"{base}:{settings.api_port}/health", logs / "api.log")
    worker_command = [sys.executable, "-m", "deployments.worker"]
    return server, api, Part("Worker", worker_command, client, log=logs / "worker.log")


def up(settings: Settings) -> int:
    """Run everything until SIGINT or SIGTERM; the exit code."""
    (settings.data_dir / "logs").mkdir(parents=True, exist_ok=True)
    stopping: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    server, api, worker = parts = parts_of(settings)
    try:
        _refuse_taken_ports(settings)
        prepare_ledger(settings, console.print)
        if not settings.prefect_url:
            _bring_up(server, stopping)
        _register(settings)
        _bring_up(api, stopping)
        worker.start()
        if not stopping:
            _welcome(settings)
        _watch([part for part in parts if part.process is not None], stopping)
    except StartFailed as failure:
        if not stopping:
            console.print(f"[red]启动失败 Start failed:[/red] {failure}")
            return 1
    finally:
        console.print("正在停止 Stopping …")
        for part in (worker, api, server):
            part.stop()
    return 0


def _bring_up(part: Part, stopping: list[int]) -> None:
    console.print(f"启动 Starting {part.name} …")
    part.start()
    _await(lambda: _is_healthy(part), part, stopping)


def _await(ready: Callable[[], bool], part: Part, stopping: list[int]) -> None:
    for _ in range(START_SECONDS * 5):
        if stopping:
            raise StartFailed("interrupted")
        if part.process is not None and part.process.poll() is not None:
            raise StartFailed(f"{part.name} 已退出 exited ({part.process.returncode})；日志 log: {part.log}")
        if ready():
            return
        _pause(0.2)
    raise StartFailed(f"{part.name} 在{START_SECONDS}秒内没有就绪 is not ready；日志 log: {part.log}")


def _is_healthy(part: Part) -> bool:
    try:
        with urllib.request.urlopen(part.health, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def _register(settings: Settings) -> None:
    """In a process of its own: Prefect reads its environment when it is first imported."""
    command = [sys.executable, "-m", "deployments.register"]
    environment = {**os.environ, **client_environment(settings)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=PROJECT_ROOT)
    if done.returncode != 0:
        raise StartFailed(f"部署登记失败 the deployments could not be registered:\n{done.stderr[-2000:]}")


def _watch(parts: list[Part], stopping: list[int]) -> None:
    while not stopping:
        _pause(0.5)
        for part in parts:
            if stopping or part.process is None or part.process.poll() is None:
                continue
            part.restarts += 1
            if part.restarts > MAX_RESTARTS:
                raise StartFailed(f"{part.name} 反复退出 keeps dying；日志 log: {part.log}")
            console.print(f"[yellow]{part.name} 已退出，重新启动 exited, starting it again[/yellow]")
            part.start()


def _refuse_taken_ports(settings: Settings) -> None:
    wanted = {"RONGETONG_API_PORT": settings.api_port}
    if not settings.prefect_url:
        wanted["RONGETONG_PREFECT_PORT"] = settings.prefect_port
    for setting, port in wanted.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError:
                raise StartFailed(
                    f"端口{port}已被占用，请设置 {setting} 换一个 port {port} is taken, set {setting}"
                ) from None


def _welcome(settings: Settings) -> None:
    console.print("\n[bold green]融e通已就绪 is up[/bold green]")
    console.print(f"  诉求接口 API          http://{settings.host}:{settings.api_port}  (说明 docs: /docs)")
    console.print(f"  运行界面 Prefect UI   {settings.prefect_api_url.removesuffix('/api')}")
    console.print(f"  数据目录 data         {settings.data_dir}")
    console.print("  发放接口密钥 keys     .venv/bin/rongetong keys create --role desk --label 派遣专席")
    console.print("按 Ctrl-C 停止，再次 make up 接着运行。 Ctrl-C stops; the next `make up` carries on.\n")


def _pause(seconds: float) -> None:
    time.sleep(seconds)
