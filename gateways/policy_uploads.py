"""Policy files that were sent: unpacked, put in their places, and checked by the one loader in a scratch folder."""

from __future__ import annotations

import io
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from domain.errors import Incomplete, Missing
from domain.policy import Policy
from gateways.policy_files import CALENDAR_FILE, load_policy

MOST_FILES, MOST_BYTES = 200, 8 * 2**20
"""Of one set, unpacked (our own decision; the shipped one has 45 files and half a MiB)."""
_FOLDER = "taxonomy"
_LEFT_OUT = {"README.md"}


def files_in(folder: Path) -> dict[str, str]:
    """Every policy file of a folder by its name there. Raises OSError."""
    found = [*folder.glob("*.yaml"), *(folder / _FOLDER).glob("*.yaml")]
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(found)
        if path.name != CALENDAR_FILE
    }


def unpacked(sent: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """The files that were sent, one by one or in ZIP archives, by name; nothing of them is written anywhere.

    Raises `Incomplete`, naming the file and the reason.
    """
    found: dict[str, bytes] = {}
    for name, content in sent:
        for inner, data in _members(name, content) if name.lower().endswith(".zip") else [(name, content)]:
            found[_place(inner)] = data
    if not found:
        raise _wrong("没有选择文件")
    if len(found) > MOST_FILES or sum(map(len, found.values())) > MOST_BYTES:
        raise _wrong(f"最多{MOST_FILES}个文件、共{MOST_BYTES // 2**20} MB")
    texts = {}
    for name, data in found.items():
        if name == CALENDAR_FILE:
            raise _wrong(f"{CALENDAR_FILE} 是日历，不随规则启用：请直接改服务器上的这个文件，改了即生效")
        try:
            texts[name] = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise _wrong(f"{name}：不是 UTF-8 文本") from None
    return texts


def placed(files: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """`files` under the names they have among `known`: a browser does not say in which folder a file lay."""
    within = {PurePosixPath(name).name: name for name in known if "/" in name}
    return {within.get(name, name) if name not in known else name: text for name, text in files.items()}


def checked(files: Mapping[str, str], calendar: Path) -> Policy:
    """The policy that these files make, with the calendar there is.

    Raises `gateways.policy_files.PolicyError` with every problem found, OSError without a calendar.
    """
    with tempfile.TemporaryDirectory(prefix="policy-") as scratch:
        folder = Path(scratch) / "policy"
        (folder / _FOLDER).mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
        shutil.copyfile(calendar, folder / CALENDAR_FILE)
        return load_policy(folder)


def _members(name: str, content: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [item for item in archive.infolist() if not item.is_dir()]
            if len(files) > MOST_FILES or sum(item.file_size for item in files) > MOST_BYTES:
                raise _wrong(f"{name}：最多{MOST_FILES}个文件、共{MOST_BYTES // 2**20} MB")
            paths = [item.filename.replace("\\", "/") for item in files]
            top = {path.partition("/")[0] for path in paths}
            # An archive of the folder itself: its name is no part of the files'.
            strip = top.pop() + "/" if len(top) == 1 and not any(path.startswith(_FOLDER) for path in paths) else ""
            return [
                (path.removeprefix(strip), archive.read(item))
                for path, item in zip(paths, files, strict=True)
                if PurePosixPath(path).name not in _LEFT_OUT and path.removeprefix(strip) != CALENDAR_FILE
            ]
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError, OSError):
        raise _wrong(f"{name}：不是完好的 ZIP 文件") from None


def _place(name: str) -> str:
    """The name, if a policy file may have it: in the folder itself or in the one of the sub-categories."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    fits = len(parts) == 1 or (len(parts) == len((_FOLDER, "file")) and parts[0] == _FOLDER)
    if not fits or not parts[-1].endswith(".yaml") or parts[-1].startswith(".") or not name.isprintable():
        raise _wrong(f"{name}：规则文件为 *.yaml，或在 {_FOLDER}/ 之下")
    return "/".join(parts)


def _wrong(reason: str) -> Incomplete:
    return Incomplete([Missing("file", reason)])
