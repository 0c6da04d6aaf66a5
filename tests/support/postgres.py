"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a free port, gone when the tests are."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.support.ports import free_port

StopMode = Literal["fast", "immediate"]

_SUPERUSER = "rongetong"
_MISSING = (
    "测试需要 PostgreSQL 的服务器程序。Debian/Ubuntu：apt-get install postgresql\n"
    "The tests need PostgreSQL's server programs. On Debian/Ubuntu: apt-get install postgresql"
)
# Nothing here has to survive a power cut. What was committed must survive a killed server, so that
# `synchronous_commit` stays on: without `fsync` it costs next to nothing.
_SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "timezone": "'UTC'",
}
# Runs beside the tests and waits on a pipe: when they end, in whatever way, it stops the server and removes the folder.
_GUARD = 'read -r _ || true; "$1" stop --pgdata "$2" --mode immediate --silent 2>/dev/null || true; rm -rf "$3"'


class PostgresMissingError(RuntimeError):
    """PostgreSQL's server programs are not installed; the message says what to install."""


def find_bin_dir() -> Path:
    """The folder of the newest installed `initdb`.

    Raises PostgresMissingError.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if debian:
        return debian[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise PostgresMissingError(_MISSING)


def _owner() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root, so root lends it to Debian's `postgres`; None is ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise PostgresMissingError(_MISSING)


@dataclass(frozen=True)
class _Address:
    port: int
    password: str

    def url(self, database: str, scheme: str = "postgresql+psycopg") -> str:
        return f"{scheme}://{_SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"


class PostgresCluster:
    """One PostgreSQL server with its data folder; the port stays the same over restarts, as a real one's does.

    with PostgresCluster() as cluster:
        url = cluster.create_database("ledger")
        cluster.restart("immediate")
    """

    def __init__(self) -> None:
        """Create the data folder and leave the server stopped. Raises PostgresMissingError."""
        self._bin = find_bin_dir()
        self._owner = _owner()
        self._root = Path(tempfile.mkdtemp(prefix="rongetong-postgres-"))
        self._data = self._root / "data"
        self._log = self._root / "server.log"
        self._address = _Address(free_port(), secrets.token_hex(8))
        self._guard: subprocess.Popen[bytes] | None = None
        if self._owner:
            shutil.chown(self._root, self._owner)
        self._initialise()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether the postmaster lives."""
        return self._run("pg_ctl", "status", "--pgdata", str(self._data), check=False).returncode == 0

    @property
    def postmaster_pid(self) -> int:
        """The process to kill in a kill test. Raises FileNotFoundError when the server is stopped."""
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def start(self) -> None:
        """Start the server and wait until it takes connections (also while it recovers from an immediate stop)."""
        started = self._run(
            "pg_ctl",
            "start",
            "--pgdata",
            str(self._data),
            "--wait",
            "--timeout",
            "300",
            "--silent",
            "--log",
            str(self._log),
            check=False,
        )
        if started.returncode != 0:
            raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()}")
        self._guard = self._guard or self._start_guard()

    def stop(self, mode: StopMode = "fast") -> None:
        """`fast` breaks the connections and closes in order; `immediate` is a crash that leaves recovery to do."""
        self._run(
            "pg_ctl", "stop", "--pgdata", str(self._data), "--mode", mode, "--wait", "--timeout", "300", "--silent"
        )

    def restart(self, mode: StopMode = "fast") -> None:
        """Stop in `mode`, then start."""
        self.stop(mode)
        self.start()

    def close(self) -> None:
        """Stop the server if it runs and remove the folder. May be called twice."""
        if self._guard:
            guard, self._guard = self._guard, None
            guard.communicate()
        shutil.rmtree(self._root, ignore_errors=True)

    def create_database(self, name: str, template: str = "template1") -> str:
        """Create `name` as a copy of `template`, which nobody may be connected to; return its SQLAlchemy URL."""
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop `name`, breaking the connections it still has."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        """SQLAlchemy URL of the database `name` through psycopg 3."""
        return self._address.url(name)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._address.url("postgres", scheme="postgresql"), autocommit=True) as connection:
            connection.execute(statement)

    def _initialise(self) -> None:
        password_file = self._root / "password"
        password_file.write_text(self._address.password)
        if self._owner:
            shutil.chown(password_file, self._owner)
        self._run(
            "initdb",
            *("--pgdata", str(self._data), "--username", _SUPERUSER, "--pwfile", str(password_file)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        )
        lines = [f"{name} = {value}\n" for name, value in {**_SETTINGS, "port": str(self._address.port)}.items()]
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.writelines(lines)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        # The server inherits what pg_ctl is given, so pg_ctl must not get a pipe that would then never close.
        output = self._root / f"{program}.out"
        with output.open("w") as sink:
            done = subprocess.run(
                [self._bin / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                check=False,
                cwd=self._root,
                user=self._owner,
                group=pwd.getpwnam(self._owner).pw_gid if self._owner else None,
                extra_groups=[] if self._owner else None,
                start_new_session=True,
                text=True,
            )
        if check and done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)} failed:\n{output.read_text()}")
        return done

    def _start_guard(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "guard", self._bin / "pg_ctl", self._data, self._root],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._owner,
            group=pwd.getpwnam(self._owner).pw_gid if self._owner else None,
            extra_groups=[] if self._owner else None,
            cwd="/",
            start_new_session=True,
        )


def for_prefect(url: str) -> str:
    """The same database as Prefect's server wants it: through asyncpg."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
