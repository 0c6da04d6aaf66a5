"""Files of others are the ones their makers published, byte by byte, and their licences lie beside them."""

from __future__ import annotations

import hashlib

import pytest

from web.assets import FOLDER

VENDORED = {
    "htmx.min.js": ("htmx.org 2.0.11", "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"),
    "echarts.min.js": ("echarts 6.1.0", "b66b25aeb4df84e33199dc21694014d336d222cbd9deb0e5a7c14bd6aa0d0fd0"),
}
"""By name: the package of npm whose `dist/` holds the file, and the SHA-256 of the file as it was published there."""


@pytest.mark.parametrize("name", VENDORED)
def test_a_vendored_file_is_what_was_published(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == VENDORED[name][1]
    assert (FOLDER / name.replace(".min.js", ".LICENSE.txt")).is_file()


def test_no_other_file_is_vendored() -> None:
    assert {path.name for path in FOLDER.glob("*.min.*")} == VENDORED.keys()
