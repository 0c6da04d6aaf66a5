"""A real identity provider for tests (Canaille, `make .provider/.ready`), and a browser that signs in at it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from gateways.openid import OpenIdProvider, Registration
from settings import PROJECT_ROOT
from tests.support.pages import Page
from tests.support.ports import free_port
from tests.support.prefect_workers import wait_until

PYTHON = PROJECT_ROOT / ".provider" / "bin" / "python"
SITE = "http://testserver"
OURS, OTHERS = "rongetong", "another-system"
SECRET, PASSWORD = "a secret of the tests", "correct horse battery"
"""What our client has, and what every person of the provider has."""


@dataclass
class Provider:
    """The provider's process."""

    folder: Path
    port: int = field(default_factory=free_port)
    people: list[dict[str, Any]] = field(default_factory=list)
    site: str = SITE
    process: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it with a key of its own that it never had before."""
        clients = [
            {
                "client_id": name,
                "client_name": name,
                "client_secret": SECRET,
                "client_uri": "http://127.0.0.1",
                "redirect_uris": [f"{self.site}/sign-in/provider/back"],
                "post_logout_redirect_uris": [f"{self.site}/sign-in"],
                "token_endpoint_auth_method": "client_secret_basic",
            }
            for name in (OURS, OTHERS)
        ]
        key = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)
        given = {"port": self.port, "keys": [key], "clients": clients, "people": self.people}
        file, log = self.folder / "provider.json", self.folder / "provider.log"
        file.write_text(json.dumps(given), "utf-8")
        command = [str(PYTHON), "-W", "ignore", str(Path(__file__).with_name("provider_process.py")), str(file)]
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder)
        wait_until(self._answers, f"the provider answers; {log}")

    def stop(self) -> None:
        """It is away."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def known_as(self, client: str = OURS) -> OpenIdProvider:
        """The provider as a client of its sees it."""
        secret = self.folder / "client.secret"
        secret.write_text(f"{SECRET}\n", "utf-8")
        return OpenIdProvider(Registration(self.issuer, client, secret, self.site, "openid profile groups"))

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "provider.log").read_text("utf-8")
        try:
            return httpx.get(f"{self.issuer}/.well-known/openid-configuration", timeout=60).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def provider(folder: Path, *people: tuple[str, list[str]], site: str = SITE) -> Iterator[Provider]:
    """A provider that knows these people, each with the groups they are in, and sends them back to `site`."""
    if not PYTHON.exists():
        raise pytest.fail.Exception("the provider is not installed: make .provider/.ready", pytrace=False)
    known = [{"user_name": name, "password": PASSWORD, "groups": groups} for name, groups in people]
    made = Provider(folder, people=known, site=site)
    made.start()
    try:
        yield made
    finally:
        made.stop()


_next_at: dict[str, float] = {}


def come_back(address: str, name: str, password: str = PASSWORD) -> str:
    """Sign in at the provider as `name` from `address` on; where it sends the browser then, on our site."""
    # Canaille 0.3.6 makes the same access token twice for one person within a second, and then fails.
    wait_until(lambda: time.monotonic() > _next_at.get(name, 0), "another second")
    _next_at[name] = time.monotonic() + 1.5
    with httpx.Client(timeout=60) as browser:
        answer = browser.get(address)
        for _ in range(12):
            if answer.is_redirect:
                there = urljoin(str(answer.url), answer.headers["location"])
                if there.startswith(SITE):
                    found = urlsplit(there)
                    return f"{found.path}?{found.query}"
                answer = browser.get(there)
                continue
            page = Page(answer)
            form = next(form for form in page.forms if {"login", "password"} & form.fields.keys())
            typed = {"login": name} if "login" in form.fields else {"password": password}
            answer = browser.post(urljoin(str(answer.url), form.action), data=form.fields | typed)
    raise AssertionError(f"never came back: {answer.url}")
