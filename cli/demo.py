"""`rongetong demo`: a district to look around in, apart from every real ledger."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from deployments.parts import environment_of
from domain.actions import ROLE_LABELS
from settings import Settings, get_settings
from stories.district import ACCOUNTS, PETITIONS, WEEKS, fill

console = Console()
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="丢弃原来的演示数据，重新生成")] = False,
    petitions: Annotated[int, typer.Option(min=20, max=5000, help="诉求件数，生成时有效")] = PETITIONS,
    start: Annotated[bool, typer.Option("--start/--no-start", help="生成后是否启动")] = True,
) -> None:
    """演示：一个虚构区的近几周，与真实台账无关，生成后启动。 A made-up district to look around in, started."""
    settings = get_settings()
    if settings.host not in _LOOPBACK:
        raise typer.BadParameter("演示账号共用一个密码，只能在本机打开；请去掉 RONGETONG_HOST")
    folder = settings.data_dir / "demo"
    if fresh:
        _discard(folder)
    if not folder.exists():
        _make(settings, folder, petitions)
    elif not _password_file(folder).exists():
        raise typer.BadParameter(f"{folder} 不是演示数据，请移走")
    _welcome(_password_file(folder).read_text(encoding="utf-8").strip())
    if start:
        # In the place of this process, so that Ctrl-C goes where it goes with `make up`.
        command = [sys.executable, sys.argv[0], "up"]
        os.execve(sys.executable, command, environment_of(environment_in(folder)))  # noqa: S606


def settings_in(settings: Settings, folder: Path) -> Settings:
    """Settings that name nothing of the real installation: no database, key, file, channel or identity provider."""
    return settings.model_copy(update=_own(folder))


def environment_in(folder: Path) -> dict[str, str]:
    """The same for other processes, whatever the environment and `.env` say."""
    return {f"RONGETONG_{name.upper()}": str(value) for name, value in _own(folder).items()}


def _own(folder: Path) -> dict[str, Path | str]:
    return {
        "data_dir": folder,
        "database_url": "",
        "prefect_database_url": "",
        "prefect_url": "",
        "channels_file": folder / "channels.yaml",
        "person_key_file": folder / "person.key",
        "identity_keys_file": folder / "identity.keys",
        "files_dir": folder / "files",
        "oidc_issuer": "",
    }


def _make(settings: Settings, folder: Path, petitions: int) -> None:
    """All of it or nothing: the folder gets its name only when it is whole."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("准备 preparing", total=1.0)
        filled = fill(
            settings_in(settings, part),
            password,
            petitions=petitions,
            progress=lambda what, share: bar.update(task, description=what, completed=share),
        )
    kept = _password_file(part)
    kept.touch(mode=0o600)
    kept.write_text(f"{password}\n", encoding="utf-8")
    part.rename(folder)
    console.print(
        f"已重演{WEEKS}周、{filled.petitions}件诉求 {WEEKS} weeks and {filled.petitions} petitions were lived"
    )


def _discard(folder: Path) -> None:
    """Nothing else is ever deleted: a folder without the demonstration's password is not the demonstration's."""
    if not folder.exists():
        return
    if not _password_file(folder).exists():
        raise typer.BadParameter(f"{folder} 不是演示数据，不予删除")
    with (folder / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise typer.BadParameter("演示正在运行，请先停下(Ctrl-C)再用 --fresh") from None
    shutil.rmtree(folder)


def _password_file(folder: Path) -> Path:
    return folder / "password.txt"


def _welcome(password: str) -> None:
    table = Table("账号 account", "角色 role", title="演示账号 Accounts of the demonstration")
    for name, role, _ in ACCOUNTS:
        table.add_row(name, ROLE_LABELS[role])
    console.print(table)
    console.print(f"密码都是 the password of all: [bold]{password}[/bold]")
