"""What happens during one send, which Apprise itself does not tell: the HTTP answers and the errors it met.

Apprise answers only yes or no. A bot of WeCom, DingTalk or Feishu refuses with status 200 and a code in the body, which
Apprise counts as delivered; a refused mail address shows only in its debug log. And that log holds tokens, people's
addresses and message texts. So for the time of a send, in its own thread, everything is written into a journal:

- the `requests` name in the plugin's module is replaced by one that notes each answer and passes all else on;
- Apprise's logger writes here and nowhere else, and urllib3's, which shows tokens in paths, is silent.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, ParamSpec

from apprise import Apprise

_HTTP_VERBS = frozenset({"get", "post", "put", "patch", "delete", "request"})
P = ParamSpec("P")
_here = threading.local()


@dataclass(frozen=True)
class Answer:
    """One HTTP answer: its status, and its body where that is a JSON object."""

    status: int
    document: dict[str, Any] | None


@dataclass
class Journal:
    """Everything noted during one send, in order."""

    answers: list[Answer] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    # What the caller was handling already when it began to send; not an error of the send.
    before: BaseException | None = None


@contextmanager
def keep_journal() -> Iterator[Journal]:
    """Note what this thread does through Apprise; nothing of it reaches the log."""
    _load_plugins()
    _take_over_logs()
    journal = Journal(before=sys.exc_info()[1])
    _here.journal = journal
    try:
        yield journal
    finally:
        _here.journal = None


def watch(plugin: object) -> None:
    """Have the HTTP answers this plugin gets noted; without effect on plugins that do not speak HTTP."""
    module = sys.modules[type(plugin).__module__]
    real = getattr(module, "requests", None)
    if real is not None and not isinstance(real, _NotingRequests):
        module.requests = _NotingRequests(real)  # type: ignore[attr-defined]


def _current() -> Journal | None:
    return getattr(_here, "journal", None)


class _NotingRequests:
    """The `requests` library, with every answer noted in the journal of the thread."""

    def __init__(self, real: ModuleType) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever `requests` has
        found = getattr(self._real, name)
        return self._noting(found) if name in _HTTP_VERBS else found

    @staticmethod
    def _noting(verb: Callable[P, Any]) -> Callable[P, Any]:
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401 - a `requests.Response`
            response = verb(*args, **kwargs)
            journal = _current()
            if journal is not None:
                journal.answers.append(Answer(response.status_code, _json_object(response.content)))
            return response

        return call


class _IntoJournal(logging.Handler):
    """Takes Apprise's records: complaints as text, and the error a plugin is handling while it logs."""

    def emit(self, record: logging.LogRecord) -> None:
        journal = _current()
        if journal is None:
            return
        # Plugins swallow their exceptions and log them as text; at this moment the exception itself is still in hand.
        error = sys.exc_info()[1]
        if error is not None and all(error is not known for known in (journal.before, *journal.errors)):
            journal.errors.append(error)
        if record.levelno >= logging.WARNING:
            journal.complaints.append(record.getMessage())


class _SilentWhileSending(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - all records are alike here
        return _current() is None


_handler = _IntoJournal()
_silence = _SilentWhileSending()


def _take_over_logs() -> None:
    """Repeated at each send, because a later logging configuration may have undone it."""
    logger = logging.getLogger("apprise")
    logger.handlers[:] = [_handler]
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.disabled = False
    logging.getLogger("urllib3.connectionpool").addFilter(_silence)


@cache
def _load_plugins() -> None:
    """Apprise imports all its plugins at first use, which it locks; do it without the warnings of those imports."""
    with warnings.catch_warnings():
        # Its PGP support imports `imghdr`, which Python 3.13 removes; Apprise brings a replacement for then.
        warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
        Apprise.instantiate("json://localhost")


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
