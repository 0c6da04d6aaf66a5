"""`rongetong up` as people start it: a process and its children, over a data folder and two ports of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from settings import PROJECT_ROOT
from tests.support.ports import free_port
from tests.support.prefect_workers import wait_until

PROGRAM = str(Path(sys.executable).with_name("rongetong"))
COMMAND = [PROGRAM, "up"]


@dataclass
class Installation:
    """A data folder and two ports to start the product on, again and again; on SQLite unless databases are named."""

    folder: Path
    database_url: str = ""
    prefect_database_url: str = ""
    api_port: int = field(default_factory=free_port)
    prefect_port: int = field(default_factory=free_port)
    _starts: int = 0

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def prefect(self) -> str:
        return f"http://127.0.0.1:{self.prefect_port}/api"

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONGETONG_", "PREFECT_"))}
        return {
            **kept,
            "RONGETONG_DATA_DIR": str(self.folder),
            "RONGETONG_DATABASE_URL": self.database_url,
            "RONGETONG_PREFECT_DATABASE_URL": self.prefect_database_url,
            "RONGETONG_PREFECT_URL": "",
            "RONGETONG_HOST": "127.0.0.1",
            "RONGETONG_API_PORT": str(self.api_port),
            "RONGETONG_PREFECT_PORT": str(self.prefect_port),
            "RONGETONG_WORKER_POLL_SECONDS": "0.3",
            # A proxy that leads nowhere: nothing on this machine may be asked for through it.
            "HTTP_PROXY": "http://127.0.0.1:9",
            "http_proxy": "http://127.0.0.1:9",
            **changes,
        }

    @contextmanager
    def started(self) -> Iterator[Up]:
        """`rongetong up`, killed with all its children at the end if it still runs."""
        self._starts += 1
        log = self.folder.with_name(f"up-{self._starts}.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                COMMAND, env=self.environment(), stdout=output, stderr=subprocess.STDOUT, cwd=PROJECT_ROOT
            )
        up = Up(psutil.Process(process.pid), process, log)
        try:
            yield up
        finally:
            for one in up.family():
                one.kill()
            process.wait()

    def told(self, *arguments: str) -> str:
        """What a command of the program prints."""
        done = subprocess.run(
            [PROGRAM, *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
            cwd=PROJECT_ROOT,
        )
        return done.stdout.strip()

    def refused(self, **changes: str) -> str:
        """What `up` says when it does not start."""
        done = subprocess.run(
            COMMAND,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=PROJECT_ROOT,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout


@dataclass
class Up:
    """A running `up`."""

    supervisor: psutil.Process
    process: subprocess.Popen[bytes]
    log_path: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8")

    def family(self) -> list[psutil.Process]:
        """The supervisor and every process beneath it."""
        try:
            return [self.supervisor, *self.supervisor.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def part(self, word: str) -> psutil.Process:
        [found] = [one for one in self.supervisor.children() if word in command_of(one)]
        return found

    def wait_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.log
            return "已就绪 is up" in self.log

        wait_until(ready, "up")

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it; its exit code. Fails when anything of it lives on."""
        family = self.family()
        assert len(family) > 3
        self.supervisor.send_signal(number)
        code = self.process.wait(180)
        _, alive = psutil.wait_procs(family, timeout=60)
        assert alive == []
        return code


def command_of(process: psutil.Process) -> str:
    """Empty for a process that is dead."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
