"""Keys open what was sealed for whom it was sealed, and nothing else; a lost key is said, never replaced in silence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import KeysUnusable
from gateways.key_ring import KeyFile

SECRET = "测试甲 13800001234".encode()


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    file = KeyFile(tmp_path / "data" / "identity.keys")
    file.make()
    return file


def test_what_is_sealed_opens_for_what_it_is_bound_to(file: KeyFile) -> None:
    sealed = file.ring().seal(SECRET, "petitioner:1")
    assert SECRET not in sealed.content
    assert file.ring().open(sealed, "petitioner:1") == SECRET
    assert file.ring().seal(SECRET, "petitioner:1").content != sealed.content
    with pytest.raises(KeysUnusable, match="调换"):
        file.ring().open(sealed, "petitioner:2")
    for place in (0, 15, len(sealed.content) - 1):
        changed = bytearray(sealed.content)
        changed[place] ^= 1
        with pytest.raises(KeysUnusable, match="改动"):
            file.ring().open(replace(sealed, content=bytes(changed)), "petitioner:1")


def test_a_new_key_seals_and_the_old_ones_open(file: KeyFile) -> None:
    before = file.ring().seal(SECRET, "a")
    other_process = KeyFile(file.path)
    other_process.ring()
    added = file.add()
    assert file.ring().newest == added != before.key_id
    assert file.ring().open(before, "a") == SECRET
    assert other_process.ring().open(file.ring().seal(SECRET, "b"), "b") == SECRET
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_many_who_add_at_once_lose_none(file: KeyFile) -> None:
    with ThreadPoolExecutor(8) as threads:
        added = set(threads.map(lambda _: KeyFile(file.path).add(), range(16)))
    assert added < set(file.ring().keys)
    assert len(file.ring().keys) == 17


def test_the_first_key_is_made_once(file: KeyFile) -> None:
    made = file.path.read_text()
    KeyFile(file.path).make()
    assert file.path.read_text() == made
    assert not [path for path in file.path.parent.iterdir() if path != file.path]


def test_a_key_that_is_not_here_is_named(file: KeyFile, tmp_path: Path) -> None:
    other = KeyFile(tmp_path / "other.keys")
    other.make()
    sealed = other.ring().seal(SECRET, "a")
    with pytest.raises(KeysUnusable, match=sealed.key_id):
        file.ring().open(sealed, "a")


@pytest.mark.parametrize(
    "content", ["", "# nothing\n", "12345678 abcd\n", "not a key\n", "00000000 " + "ab" * 32 + "\n"]
)
def test_a_file_of_something_else_is_refused(file: KeyFile, content: str) -> None:
    file.path.write_text(content)
    with pytest.raises(KeysUnusable, match=r"identity\.keys"):
        file.ring()
    with pytest.raises(KeysUnusable):
        file.add()
    assert file.path.read_text() == content


def test_without_a_file_there_is_no_ring(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "identity.keys")
    assert not file.exists()
    with pytest.raises(KeysUnusable, match="没有密钥文件"):
        file.ring()
