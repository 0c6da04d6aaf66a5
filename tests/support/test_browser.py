"""The record of the network is a proof only if it holds what a page asks of a foreign host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.browser import asked_by_pages, running_browser

pytestmark = pytest.mark.slow

PAGE = "data:text/html,<p>here</p><img src='http://foreign.invalid/x.png'><script>new WebSocket('ws://b.invalid/')</script>"


def test_what_a_page_asks_of_a_foreign_host_is_recorded(tmp_path: Path) -> None:
    record = tmp_path / "network.json"
    with running_browser(record) as browser:
        assert browser.show(PAGE, "here").text.strip() == "here"
    assert sorted(asked_by_pages(record)) == ["http://foreign.invalid/x.png", "ws://b.invalid/"]
