"""Nothing a browser opens on the Prefect server loads from, or reports to, a foreign host.

Its newer UI starts Amplitude whatever the server's analytics setting says, and its API description names public hosts;
what holds both back is the policy every page carries. The API's own page is tested in `tests/api/test_house.py`.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.prefect_server import PrefectServer, prefect_server

__all__ = ["prefect_server"]

pytestmark = pytest.mark.slow

PAGES = ("/", "/v2/", "/runs", "/v2/runs", "/v2/artifacts", "/docs", "/api/docs")
_LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src"}
_ITSELF = {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
_FETCHING = {"connect-src", "script-src", "style-src", "img-src", "font-src", "worker-src"}


class _Loads(HTMLParser):
    """What a page loads by itself; links that a person may follow are none of it."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get(_LOADING.get(tag, ""))
        if address:
            self.addresses.append(address)


def page_of(server: PrefectServer, path: str) -> httpx.Response:
    root = server.api_url.removesuffix("/api")
    answer = httpx.get(root + path, timeout=30, trust_env=False, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    return answer


def policy_of(answer: httpx.Response) -> dict[str, set[str]]:
    directives = (part.split() for part in answer.headers["content-security-policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_ask_its_own_server_only(prefect_server: PrefectServer, path: str) -> None:
    policy = policy_of(page_of(prefect_server, path))
    assert policy["default-src"] == {"'self'"}
    assert policy.keys() >= _FETCHING
    assert {source for sources in policy.values() for source in sources} <= _ITSELF


@pytest.mark.parametrize("path", ["/", "/v2/"])
def test_the_user_interface_names_no_foreign_host(prefect_server: PrefectServer, path: str) -> None:
    parser = _Loads()
    parser.feed(page_of(prefect_server, path).text)
    assert parser.addresses
    assert [address for address in parser.addresses if urlsplit(address).netloc] == []


def test_the_user_interface_asks_the_server_it_came_from(prefect_server: PrefectServer) -> None:
    answer = httpx.get(prefect_server.api_url.removesuffix("/api") + "/ui-settings", timeout=30, trust_env=False)
    assert answer.json()["api_url"] == "/api"


def test_the_server_reports_nothing_home(prefect_server: PrefectServer) -> None:
    settings = httpx.get(f"{prefect_server.api_url}/admin/settings", timeout=30, trust_env=False).json()
    assert settings["server"]["analytics_enabled"] is False
    assert settings["server"]["ui"]["show_promotional_content"] is False
