"""The site on a port of its own, without Prefect: for a real browser; whoever uses it takes the runs' steps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.main import create_site
from services.context import Context
from tests.support.pages import UNLIMITED
from tests.support.prefect_workers import wait_until


@contextmanager
def served(context: Context, port: int = 0) -> Iterator[str]:
    """The address of the site while it is served by a thread of this process; port 0 is any that is free."""
    config = uvicorn.Config(
        create_site(context, UNLIMITED), port=port, log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, "the site is served")
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(60)
