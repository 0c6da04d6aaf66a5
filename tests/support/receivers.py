"""Receivers of notices on loopback: a real HTTP server and a real SMTP server that keep what they get.

Each can be told to misbehave the way real ones do: refuse, fail, hang, go away. Import the fixtures where used:
`from tests.support.receivers import http_recorder, mail_server`.
"""

from __future__ import annotations

import email
import email.policy
import json
import socket
import threading
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_PATIENCE = 120.0  # seconds; only reached by a test that fails


@dataclass(frozen=True)
class Received:
    """One HTTP request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class _Requests(BaseHTTPRequestHandler):
    recorder: HttpRecorder

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        answer = self.recorder.take(Received(self.command, parts.path, parse_qs(parts.query), headers, body))
        if answer is None:
            return
        status, sent_headers, content = answer
        self.send_response(status)
        for name, value in sent_headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815 - the name http.server looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server gives it
        """Stay quiet."""


class HttpRecorder:
    """An HTTP server that records every request; answers 200 with `errcode` and `code` 0 until told otherwise."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._changed = threading.Condition()
        self._released = threading.Event()
        self._answer: tuple[int, dict[str, str], bytes] | None = (200, {}, b'{"errcode": 0, "code": 0}')
        handler = type("_RequestsOfOne", (_Requests,), {"recorder": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = False  # so that closing waits for them
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, status: int, document: Any = None, headers: dict[str, str] | None = None) -> None:
        """From now on answer this; `document` is sent as JSON, or as it is when it is bytes."""
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        self._answer = (status, headers or {}, content)

    def hang(self) -> None:
        """From now on take requests and never answer."""
        self._answer = None

    def go_away(self) -> None:
        """Close; from now on the port refuses connections."""
        self._released.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def wait_for(self, count: int) -> list[Received]:
        """Block until `count` requests have come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.received) >= count, _PATIENCE):
                raise TimeoutError(f"{len(self.received)} of {count} requests came in {_PATIENCE} s")
            return list(self.received)

    def take(self, request: Received) -> tuple[int, dict[str, str], bytes] | None:
        with self._changed:
            self.received.append(request)
            self._changed.notify_all()
        if self._answer is None:
            self._released.wait(_PATIENCE)
        return self._answer


class _BoundController(Controller):
    """aiosmtpd's server on a socket that is already bound, so that no free port has to be guessed."""

    def __init__(self, handler: object) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self._socket.getsockname()[1])

    def _create_server(self) -> Awaitable[Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)


class MailServer:
    """A real SMTP server that keeps every mail; recipients can be refused."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.refusals: dict[str, str] = {}
        self._controller = _BoundController(self)
        self._controller.start()
        self.port = int(self._controller.port)

    def url(self, to: str) -> str:
        """The Apprise address of the person `to`; `to` must be fit for a URL."""
        return f"mailto://notices.example.com:{self.port}?smtp=127.0.0.1&from=rongetong@example.com&to={to}"

    def refuse(self, recipient: str, answer: str = "550 5.1.1 no such user") -> None:
        self.refusals[recipient] = answer

    def go_away(self) -> None:
        """Close; from now on the port refuses connections."""
        if self._controller.server is not None:
            self._controller.stop()

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        self.received.append((envelope.rcpt_tos, email.message_from_bytes(content, policy=email.policy.default)))
        return "250 kept"


@pytest.fixture
def http_recorder() -> Iterator[HttpRecorder]:
    recorder = HttpRecorder()
    yield recorder
    recorder.go_away()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.go_away()
