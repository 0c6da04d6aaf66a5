"""A secret is made once, for its owner alone, and never replaced."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateways.secret_file import secret_in


def test_it_is_made_at_first_use_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "data" / "person.key"
    made = secret_in(path)
    assert len(made) == 32
    assert secret_in(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["person.key"]


def test_two_installations_have_two(tmp_path: Path) -> None:
    assert secret_in(tmp_path / "one.key") != secret_in(tmp_path / "other.key")


def test_whoever_comes_second_takes_the_first_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "person.key"
    with ThreadPoolExecutor(1) as other:
        taken = []

        def meanwhile(_: int) -> str:
            monkeypatch.undo()
            taken.append(other.submit(secret_in, path).result())
            return "ab" * 32

        monkeypatch.setattr("gateways.secret_file.secrets.token_hex", meanwhile)
        assert secret_in(path) == taken[0] != bytes.fromhex("ab" * 32)


@pytest.mark.parametrize("content", ["", "not hexadecimal"])
def test_what_is_no_secret_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "person.key"
    path.write_text(content)
    with pytest.raises(OSError, match=r"person\.key"):
        secret_in(path)
    assert path.read_text() == content
