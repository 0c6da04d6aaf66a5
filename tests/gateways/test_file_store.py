"""Files are there whole or not at all, are given back as they were, and go only when nobody has asked for them."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pendulum
import pytest

from gateways.file_store import DiskStore, FileStore, MemoryStore, StoreUnavailable, digest_of

NOW = pendulum.datetime(2026, 3, 2, 9)
LATER = NOW.add(days=1)


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return DiskStore(tmp_path / "files") if request.param == "disk" else MemoryStore()


@pytest.fixture
def disk(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "files")


def kept(disk: DiskStore) -> list[str]:
    return sorted(path.name for path in disk.root.rglob("*") if path.is_file())


def test_what_was_kept_is_given_back(store: FileStore) -> None:
    digest = store.put(b"content", NOW)
    assert digest == digest_of(b"content")
    assert (store.read(digest), store.has(digest)) == (b"content", True)


def test_what_is_not_there_is_said(store: FileStore) -> None:
    assert not store.has(digest_of(b"other"))
    with pytest.raises(StoreUnavailable, match="不在"):
        store.read(digest_of(b"other"))


def test_the_same_content_is_kept_once(disk: DiskStore) -> None:
    assert disk.put(b"content", NOW) == disk.put(b"content", NOW)
    assert kept(disk) == [digest_of(b"content")]


def test_a_file_that_was_altered_is_not_given_out(disk: DiskStore) -> None:
    digest = disk.put(b"content", NOW)
    next(disk.root.rglob(digest)).write_bytes(b"altered")
    with pytest.raises(StoreUnavailable, match="改动"):
        disk.read(digest)


def test_only_what_is_old_is_told_and_removed(store: FileStore) -> None:
    old, new = store.put(b"old", NOW), store.put(b"new", LATER)
    assert list(store.old(NOW)) == [old]
    assert (store.remove(old, NOW), store.remove(new, NOW), store.remove(old, NOW)) == (True, False, False)
    assert (store.has(old), store.has(new)) == (False, True)


def test_content_that_comes_again_is_new_again(store: FileStore) -> None:
    digest = store.put(b"content", NOW)
    assert list(store.old(NOW)) == [digest]
    store.put(b"content", LATER)
    assert list(store.old(NOW)) == []
    assert not store.remove(digest, NOW)
    assert store.read(digest) == b"content"


def test_an_upload_between_the_look_and_the_removal_keeps_its_file(
    disk: DiskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = disk.put(b"content", NOW)
    replace = Path.replace

    def overtaken(self: Path, target: Any) -> Any:
        moved = replace(self, target)
        if str(target).endswith(".away"):
            monkeypatch.undo()
            disk.put(b"content", LATER)
        return moved

    monkeypatch.setattr(Path, "replace", overtaken)
    assert not disk.remove(digest, NOW)
    assert disk.read(digest) == b"content"


def test_a_removal_that_broke_off_is_taken_back(disk: DiskStore) -> None:
    digest = disk.put(b"content", LATER)
    path = next(disk.root.rglob(digest))
    path.rename(path.with_name(f".{digest}.away"))
    assert list(disk.old(NOW)) == []
    assert disk.read(digest) == b"content"


def test_what_broke_off_while_it_was_written_goes_after_a_while(disk: DiskStore) -> None:
    digest = disk.put(b"content", LATER)
    left = next(disk.root.rglob(digest)).with_name(".half.1234abcd")
    left.write_bytes(b"con")
    os.utime(left, (NOW.timestamp(), NOW.timestamp()))
    assert list(disk.old(NOW.subtract(seconds=1))) == []
    assert left.exists()
    assert list(disk.old(NOW)) == []
    assert kept(disk) == [digest]


@pytest.mark.parametrize("fails", ["write_bytes", "replace", "mkdir"])
def test_a_full_disk_leaves_nothing_half_and_nothing_less(
    disk: DiskStore, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    before = disk.put(b"before", NOW)
    write = Path.write_bytes

    def full(self: Path, *given: Any, **_: Any) -> Any:
        if fails == "write_bytes":
            write(self, given[0][:3])  # a disk fills in the middle
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, fails, full)
        with pytest.raises(StoreUnavailable) as refusal:
            disk.put(b"content", NOW)
    assert str(disk.root) not in refusal.value.message
    assert kept(disk) == [before]
    assert disk.read(disk.put(b"content", NOW)) == b"content"


def test_the_last_of_the_disk_is_left_to_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = DiskStore(tmp_path / "files", reserve=1000)

    class Usage:
        free = 1006

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage)
    with pytest.raises(StoreUnavailable, match="将满"):
        disk.put(b"content", NOW)
    assert kept(disk) == []
    Usage.free = 1007
    disk.put(b"content", NOW)
