"""What people read when what a command needs is away: a sentence with what to do next, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.main import main
from gateways.orchestrator import RecordingOrchestrator
from services.bootstrap import build_context, use_context
from settings import get_settings
from tests.support.ports import free_port

COMMANDS = (
    ("reconcile",),
    ("check",),
    ("verify",),
    ("notices",),
    ("keys", "list"),
    ("keys", "create", "--role", "desk", "--label", "专席"),
    ("keys", "revoke", "1a2b3c4d"),
    ("policy", "diff"),
    ("policy", "activate", "--by", "运维"),
    ("policy", "rollback", "2026.1", "--by", "运维"),
    ("policy", "history"),
)


@pytest.fixture
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The installation's ledger, where nobody answers or nothing was set up yet."""
    away = f"postgresql://rongetong:secret@127.0.0.1:{free_port()}/ledger"
    url = away if request.param == "away" else ""
    monkeypatch.setenv("RONGETONG_DATABASE_URL", url)
    monkeypatch.setenv("RONGETONG_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    with use_context(build_context(get_settings(), RecordingOrchestrator())) as context:
        yield url
    context.sessions.kw["bind"].dispose()
    get_settings.cache_clear()


@pytest.fixture
def fresh_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment to change, which the command then reads."""
    monkeypatch.setattr("services.bootstrap._own", None)
    get_settings.cache_clear()
    yield monkeypatch
    get_settings.cache_clear()


def said_by(words: tuple[str, ...]) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    return result.output


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("ledger_url", ["away"], indirect=True)
def test_the_ledgers_database_is_away(words: tuple[str, ...], ledger_url: str) -> None:
    said = said_by(words)
    assert "台账数据库不可用" in said
    assert "RONGETONG_DATABASE_URL" in said
    assert ledger_url.rpartition("@")[2] in said
    assert "secret" not in said


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("ledger_url", ["never set up"], indirect=True)
def test_there_is_no_ledger_yet(words: tuple[str, ...], ledger_url: str) -> None:
    assert not ledger_url
    assert "请先执行 make up" in said_by(words)


@pytest.mark.parametrize("url", ["nonsense", "oracle9://somewhere/ledger"])
def test_the_address_of_the_ledger_is_none(fresh_settings: pytest.MonkeyPatch, url: str) -> None:
    fresh_settings.setenv("RONGETONG_DATABASE_URL", url)
    assert "不是可用的数据库地址" in said_by(("check",))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RONGETONG_API_PORT", "secret", "RONGETONG_API_PORT Input should be a valid integer"),
        ("RONGETONG_DATA_DIR", "/dev/null/data", "数据目录不可用"),
    ],
)
def test_a_setting_is_wrong(fresh_settings: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    fresh_settings.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main()
    assert said in str(ended.value)
    assert "secret" not in str(ended.value)
