"""Ports for servers that are told theirs before they listen, and are started on it again and again."""

from __future__ import annotations

import itertools
import os
import re
import socket

_FIRST, _EACH, _PROCESSES = 10_000, 1_200, 18
"""Below 32768, where Linux gives a port to nobody who has not asked for it: none is taken between choice and start."""
_SHARE = int("".join(re.findall(r"\d+", os.environ.get("PYTEST_XDIST_WORKER", ""))) or 0) % _PROCESSES
"""Each process of a test run has ports of its own."""
_numbers = itertools.count(os.getpid())


def free_port() -> int:
    """A port of the loopback interface that nobody listens on, and that this process was never given before."""
    for number in itertools.islice(_numbers, _EACH):
        port = _FIRST + _SHARE * _EACH + number % _EACH
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")
