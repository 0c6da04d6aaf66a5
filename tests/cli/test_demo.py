"""`rongetong demo`, kept apart from every real ledger."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import demo
from cli.app import app
from settings import Settings, get_settings
from stories.district import Filled

REAL = Settings(
    database_url="postgresql://real/ledger",
    prefect_database_url="postgresql://real/prefect",
    prefect_url="http://real/api",
    channels_file=Path("/real/channels.yaml"),
    person_key_file=Path("/real/person.key"),
    identity_keys_file=Path("/real/identity.keys"),
    files_dir=Path("/real/files"),
    oidc_issuer="https://sso.example.cn",
    oidc_client_id="rongetong",
    public_url="https://rongetong.example.cn",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the demonstration is to be; filling it is told by its own test."""
    monkeypatch.setenv("RONGETONG_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    monkeypatch.setattr(demo, "fill", lambda settings, *_, **__: _filled(settings))
    yield tmp_path / "demo"
    get_settings.cache_clear()


def _filled(settings: Settings) -> Filled:
    (settings.data_dir / "ledger").write_text("petitions")
    return Filled(20, ())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["demo", "--no-start", *arguments], terminal_width=200)


def test_nothing_of_the_real_installation_is_named(tmp_path: Path) -> None:
    own = demo.settings_in(REAL, tmp_path)
    addresses = (own.ledger_url, own.prefect_ledger_url, own.prefect_api_url, own.oidc_issuer)
    files = (own.channels_path, own.person_key_path, own.identity_keys_path, own.files_path)
    assert not any("real/" in address or "example.cn" in address for address in addresses)
    assert all(path.is_relative_to(tmp_path) for path in files)


def test_other_processes_get_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONGETONG_DATABASE_URL", REAL.database_url)
    monkeypatch.setenv("RONGETONG_CHANNELS_FILE", str(REAL.channels_file))
    for name, value in demo.environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    assert Settings() == demo.settings_in(Settings(), tmp_path)
    assert Settings().ledger_url == f"sqlite:///{tmp_path / 'rongetong.db'}"


def test_it_is_made_once_and_shows_its_password_each_time(folder: Path) -> None:
    first = run()
    assert first.exit_code == 0, first.output
    password = (folder / "password.txt").read_text().strip()
    assert password in first.output
    (folder / "ledger").write_text("petitions, worked on")
    assert password in run().output
    assert (folder / "ledger").read_text() == "petitions, worked on"
    assert (folder / "password.txt").stat().st_mode & 0o077 == 0


def test_a_fresh_one_takes_its_place(folder: Path) -> None:
    run()
    (folder / "ledger").write_text("petitions, worked on")
    assert run("--fresh").exit_code == 0
    assert (folder / "ledger").read_text() == "petitions"


def test_what_was_broken_off_is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(settings: Settings, *_: object, **__: object) -> Filled:
        _filled(settings)
        raise KeyboardInterrupt

    with monkeypatch.context() as then:
        then.setattr(demo, "fill", broken_off)
        run()
    assert not folder.exists()
    assert run().exit_code == 0


def test_a_folder_of_somebody_elses_is_never_deleted(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "ledger").write_text("real")
    done = run("--fresh")
    assert done.exit_code != 0
    assert "不是演示数据" in done.output
    assert (folder / "ledger").read_text() == "real"


def test_a_running_one_is_not_deleted(folder: Path) -> None:
    run()
    with (folder / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("--fresh")
    assert done.exit_code != 0
    assert "正在运行" in done.output
    assert folder.exists()


def test_it_is_for_this_machine_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONGETONG_HOST", "0.0.0.0")
    get_settings.cache_clear()
    done = run()
    assert done.exit_code != 0
    assert "RONGETONG_HOST" in done.output
    assert not folder.exists()
