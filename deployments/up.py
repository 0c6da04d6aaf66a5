"""`make up`: prepares the databases and the policy, then runs the Prefect server, the API and the worker until Ctrl-C.

The three are processes of their own, so that a fault of one is no fault of the others; one that dies is started again.
"""

from __future__ import annotations

import fcntl
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from alembic.util import CommandError
from rich.console import Console
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from deployments.parts import Part, is_answering, parts_of
from deployments.preparation import prepare_ledger
from gateways.policy_files import PolicyError
from settings import Settings

START_SECONDS = 120
"""How long a process may take to answer: a first start on a slow machine creates Prefect's whole database."""
_POLL_SECONDS = 0.2

console = Console()


class StartFailed(Exception):
    """A part did not come up; the message says which, and where its log is."""


class Interrupted(Exception):
    """Somebody wants it all to stop, before it was up."""


class Signals:
    """Counts what Ctrl-C and SIGTERM ask for: once to stop, twice to stop without waiting."""

    def __init__(self) -> None:
        self._asked = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def stop(self) -> bool:
        return self._asked > 0

    def hurry(self) -> bool:
        return self._asked > 1

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1


def up(settings: Settings) -> int:
    """Run everything until SIGINT or SIGTERM; the exit code. A second signal stops without waiting."""
    signals = Signals()
    try:
        with _alone(settings):
            _refuse_taken_ports(settings)
            _prepare(settings)
            _run(settings, signals)
    except Interrupted:
        return 0
    except StartFailed as failure:
        _say("[red]启动失败 Start failed:[/red]")
        console.print(str(failure), markup=False, highlight=False, soft_wrap=True)
        return 1
    return 0


def _run(settings: Settings, signals: Signals) -> None:
    server, api, preparation, worker = parts_of(settings)
    parts = [api, worker, preparation, server]
    try:
        # The API first: people may report from the first moment on, and what comes in before Prefect is reconciled.
        _say("启动 Starting API …")
        api.start()
        if not settings.prefect_url:
            _say("启动 Starting Prefect …")
            server.start()
            _await(server.is_healthy, server, signals)
        else:
            _await_foreign_prefect(settings, signals)
        _say("登记部署并对账 Registering the deployments and reconciling …")
        preparation.start()
        _await_success(preparation, signals)
        _await(api.is_healthy, api, signals)
        _say("启动 Starting Worker …")
        worker.start()
        _welcome(settings)
        preparation.process = None  # it is done, and is not to be started again
        while not signals.stop():
            time.sleep(_POLL_SECONDS)
            for part in parts:
                if not signals.stop():
                    part.keep_alive(_say)
    finally:
        _stop(parts, server, signals)


def _stop(parts: list[Part], server: Part, signals: Signals) -> None:
    """Everything that talks to Prefect first, all at once; then Prefect."""
    _say("正在停止 Stopping …")
    others = [part for part in parts if part is not server]
    for group in (others, [server]):
        for part in group:
            part.ask_to_stop()
        for part in group:
            part.await_end(signals.hurry)
    _say("已停止 Stopped.")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Two installations over the same data would start two Prefect servers on one database."""
    logs = settings.data_dir / "logs"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        (settings.data_dir / "prefect").mkdir(exist_ok=True)
        lock = (settings.data_dir / "up.lock").open("w")
    except OSError as failure:
        raise StartFailed(f"数据目录不可用 the data directory cannot be used: {failure}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartFailed(
                f"融e通已在此数据目录上运行 rongetong already runs on this data: {settings.data_dir}\n"
                "另起一套请设置 RONGETONG_DATA_DIR 和端口 for a second one set RONGETONG_DATA_DIR and the ports"
            ) from None
        yield


def _prepare(settings: Settings) -> None:
    try:
        prepare_ledger(settings, _say)
    except DBAPIError as failure:
        raise StartFailed(f"台账数据库不可用 the ledger's database cannot be used: {failure.orig}") from None
    except (SQLAlchemyError, CommandError) as failure:
        raise StartFailed(f"台账数据库不可用 the ledger's database cannot be used: {failure}") from None
    except PolicyError as failure:
        raise StartFailed(str(failure)) from None


def _await(ready: Callable[[], bool], part: Part, signals: Signals) -> None:
    give_up = time.monotonic() + START_SECONDS
    while not ready():
        if signals.stop():
            raise Interrupted
        if not part.running:
            raise StartFailed(f"{part.name} 已退出 exited ({part.exit_code})；日志 log: {part.log}\n{part.tail()}")
        if time.monotonic() > give_up:
            raise StartFailed(f"{part.name} 在{START_SECONDS}秒内没有就绪 is not ready；日志 log: {part.log}")
        time.sleep(_POLL_SECONDS)


def _await_success(part: Part, signals: Signals) -> None:
    """However long it takes: a large ledger is compared petition by petition."""
    while part.running:
        if signals.stop():
            raise Interrupted
        time.sleep(_POLL_SECONDS)
    if part.exit_code != 0:
        raise StartFailed(f"{part.name} 失败 failed；日志 log: {part.log}\n{part.tail()}")
    _say(part.tail().splitlines()[-1])


def _await_foreign_prefect(settings: Settings, signals: Signals) -> None:
    give_up = time.monotonic() + START_SECONDS
    while not is_answering(f"{settings.prefect_api_url}/health"):
        if signals.stop():
            raise Interrupted
        if time.monotonic() > give_up:
            raise StartFailed(f"Prefect 没有应答 does not answer: {settings.prefect_api_url}（RONGETONG_PREFECT_URL）")
        time.sleep(_POLL_SECONDS)


def _refuse_taken_ports(settings: Settings) -> None:
    wanted = {"RONGETONG_API_PORT": (settings.host, settings.api_port)}
    if not settings.prefect_url:
        wanted["RONGETONG_PREFECT_PORT"] = (settings.prefect_host, settings.prefect_port)
        if settings.api_port == settings.prefect_port:
            raise StartFailed("RONGETONG_API_PORT 与 RONGETONG_PREFECT_PORT 不能相同 must differ")
    for setting, (host, port) in wanted.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                raise StartFailed(
                    f"端口{port}已被占用，请设置 {setting} 换一个 port {port} is taken, set {setting}"
                ) from None


def is_open_to_anybody(settings: Settings) -> bool:
    """Whether others than this machine reach a Prefect server of ours that asks nobody for a password."""
    local = settings.prefect_host in {"127.0.0.1", "localhost", "::1"}
    return not (local or settings.prefect_url or settings.prefect_auth_string.get_secret_value())


def _welcome(settings: Settings) -> None:
    _say("\n[bold green]融e通已就绪 is up[/bold green]")
    _say(f"  页面 pages            http://{settings.host}:{settings.api_port}")
    _say(f"  诉求接口 API          http://{settings.host}:{settings.api_port}/docs")
    _say(f"  运行界面 Prefect UI   {settings.prefect_api_url.removesuffix('/api')}")
    if is_open_to_anybody(settings):
        _say("[yellow]  Prefect 对外开放且无密码 is open to anybody: 请设置 RONGETONG_PREFECT_AUTH_STRING[/yellow]")
    _say(f"  数据目录 data         {settings.data_dir}")
    _say(f"  日志 logs             {settings.data_dir / 'logs'}")
    _say("  开通页面账号 accounts .venv/bin/rongetong accounts create 运维甲 --role operator")
    _say("  发放接口密钥 keys     .venv/bin/rongetong keys create --role desk --label 派遣专席")
    _say("按 Ctrl-C 停止，再次 make up 接着运行。 Ctrl-C stops; the next `make up` carries on.\n")


def _say(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)
