"""A file people edit: taken up when it changes, kept as it was when it breaks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateways.live_files import LiveFile


def number_in(path: Path) -> int:
    return int(path.read_text())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "number.txt"
    write(path, "1")
    return path


def write(path: Path, text: str) -> None:
    """As an editor does; each time at a later moment, however coarse the file system's clock is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_a_change_is_taken_up_and_a_broken_one_is_not(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = LiveFile(path, number_in)
    write(path, "2")
    assert file.value == 2
    assert not file.problem
    write(path, "two")
    assert file.value == 2
    assert file.problem
    assert caplog.text.count("number.txt cannot be used") == 1
    assert file.value == 2
    assert caplog.text.count("number.txt cannot be used") == 1, "said once for each change, not at every look"
    write(path, "3")
    assert file.value == 3
    assert not file.problem
    assert "number.txt can be used again" in caplog.text


def test_what_is_broken_from_the_start_is_what_it_last_was(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "data" / "number.last-good.txt"
    assert LiveFile(path, number_in, kept=kept).value == 1
    write(path, "one")
    again = LiveFile(path, number_in, kept=kept, instead=0)
    assert again.value == 1
    assert again.problem is not None
    assert kept.read_text() == "1"
    assert list(kept.parent.iterdir()) == [kept]


def test_what_was_never_good_has_a_substitute_or_is_refused(path: Path, tmp_path: Path) -> None:
    write(path, "one")
    assert LiveFile(path, number_in, instead=0, kept=tmp_path / "none").value == 0
    with pytest.raises(ValueError, match="invalid literal"):
        LiveFile(path, number_in, kept=tmp_path / "none")
