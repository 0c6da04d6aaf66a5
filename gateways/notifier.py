"""Sending one message to one address: the real notifier goes through Apprise, the recording one is for tests.

An address is an Apprise URL and a secret: it holds tokens, passwords and people's addresses. Neither it nor the text of
a message ever reaches a proof, an error or the log.
"""

from __future__ import annotations

import re
import smtplib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType

import clock
from gateways.journal import Answer, Journal, keep_journal, watch

# The bots answer 200 whatever happens; what counts is this field of the body (Feishu's older bots use the second name).
_CODE_FIELDS = {"wecombot": ("errcode",), "dingtalk": ("errcode",), "feishu": ("code", "StatusCode")}
# The schemas whose plugins post to a fixed host, which `service_addresses` may replace.
BOTS = tuple(_CODE_FIELDS)
# Codes that say "no such bot". Every other one (too fast, wrong keyword, server busy) may pass or be repaired.
_NO_SUCH_BOT = {"wecombot": {93000}, "dingtalk": {300001, 300005}, "feishu": {19001}}
_MAIL = {"mailto", "mailtos"}
_SUCCESS = range(200, 300)
# 550, 551 and 553 name the mailbox (RFC 5321 4.2.3), unless the enhanced code (RFC 3463) speaks of something else:
# 5.2.2 a full mailbox, 5.3 the system, 5.7 a policy.
_NO_SUCH_MAILBOX = {550, 551, 553}
_NOT_THE_ADDRESS = re.compile(rb"5\.(2\.2|3\.|7\.)")


@dataclass(frozen=True)
class Message:
    """One notice as it is shown to its recipient; `notice_id` travels along where the channel has headers."""

    notice_id: str
    title: str
    body: str = field(repr=False)
    urgent: bool = False


@dataclass(frozen=True)
class Delivery:
    """How a send ended.

    `proof`: channel, answer and time, such as `wecombot 200 errcode 0 2022-05-01T02:00:00Z`; holds nothing secret.
    `permanent`: the address itself is unusable, so another attempt is useless; only ever true of a failure.
    `silent`: nobody answered at all, so that whoever else is behind the same channel would wait in vain too.
    """

    delivered: bool
    proof: str
    permanent: bool
    silent: bool = False


class Notifier(Protocol):
    """May be called from several threads at once; never raises."""

    def send(self, address: str, message: Message) -> Delivery:
        """Hand `message` over to the Apprise URL `address`."""
        ...


class AppriseNotifier:
    """Sends through Apprise; blocks until the receiver answered or `timeout_seconds` passed in silence."""

    def __init__(self, timeout_seconds: float = 10.0, service_addresses: Mapping[str, str] | None = None) -> None:
        """`service_addresses`: Apprise schema → base URL to use in place of the service's own host (a gateway)."""
        self._timeout = timeout_seconds
        self._service_addresses = dict(service_addresses or {})
        self._asset = AppriseAsset(app_id="rongetong", app_desc="rongetong", app_url="", async_mode=False)

    def send(self, address: str, message: Message) -> Delivery:
        """Try once; the outbox does the retrying."""
        schema = _schema(address)
        with keep_journal() as journal:
            try:
                plugin = self._plugin(address, schema)
                if plugin is None:
                    return _failed(f"{schema} unusable address", permanent=True)
                accepted = self._hand_over(plugin, message)
            except Exception as error:  # noqa: BLE001 - a plugin is foreign code; what it raises is a failed delivery
                accepted = False
                journal.errors.append(error)
        return _judge(schema, journal, accepted=accepted, secrets=[address, message.title, message.body])

    def _plugin(self, address: str, schema: str) -> NotifyBase | None:
        plugin = Apprise.instantiate(address, asset=self._asset)
        # The mail plugin drops receivers that are no mail addresses and is content with none.
        if plugin is None or (schema in _MAIL and not getattr(plugin, "targets", None)):
            return None
        watch(plugin)
        settings: dict[str, Any] = {
            "socket_connect_timeout": self._timeout,
            "socket_read_timeout": self._timeout,
            # An address may ask for its own retries, for failures to count as success, or for redirects that turn our
            # POST into a GET; the outbox does the retrying, and only a real delivery is one.
            "retry": 0,
            "optional": False,
            "redirects": False,
        }
        if schema in self._service_addresses:
            settings |= _rebased(plugin, self._service_addresses[schema])
        for name, value in settings.items():
            setattr(plugin, name, value)
        return plugin

    def _hand_over(self, plugin: NotifyBase, message: Message) -> bool:
        headers = getattr(plugin, "headers", None)
        if isinstance(headers, dict):
            headers["X-Notice-Id"] = message.notice_id
        courier = Apprise(asset=self._asset)
        courier.add(plugin)
        kind = NotifyType.WARNING if message.urgent else NotifyType.INFO
        text = NotifyFormat.TEXT
        return bool(courier.notify(body=message.body, title=message.title, notify_type=kind, body_format=text))


class RecordingNotifier:
    """Keeps what it was given, in `sent`; fails where it was told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.refused: list[tuple[str, Message]] = []
        self._failing: dict[str, bool] = {}
        self._all_fail: bool | None = None
        self._silent: set[str] = set()
        self._lock = threading.Lock()

    def fail(self, address: str | None = None, *, permanent: bool = False) -> None:
        """From now on refuse what goes to `address`, or everything when it is None."""
        if address is None:
            self._all_fail = permanent
        else:
            self._failing[address] = permanent

    def fall_silent(self, address: str) -> None:
        """From now on let what goes to `address` be answered by nobody."""
        self._failing[address] = False
        self._silent.add(address)

    def recover(self) -> None:
        """Accept everything again."""
        self._failing.clear()
        self._silent.clear()
        self._all_fail = None

    def send(self, address: str, message: Message) -> Delivery:
        """Keep `message` in `sent`, or in `refused`."""
        schema = _schema(address)
        with self._lock:
            permanent = self._failing.get(address, self._all_fail)
            if permanent is not None:
                self.refused.append((address, message))
                return _failed(f"{schema} refused", permanent=permanent, silent=address in self._silent)
            self.sent.append((address, message))
        return _delivered(f"{schema} recorded")


def is_usable(address: str) -> bool:
    """Whether Apprise knows what to do with this address; says nothing about anyone listening there."""
    with keep_journal():
        return Apprise.instantiate(address) is not None


def _delivered(what: str) -> Delivery:
    return Delivery(delivered=True, proof=f"{what} {_moment()}", permanent=False)


def _failed(what: str, *, permanent: bool = False, silent: bool = False) -> Delivery:
    return Delivery(delivered=False, proof=f"{what} {_moment()}", permanent=permanent, silent=silent)


def _moment() -> str:
    return clock.now().format("YYYY-MM-DD[T]HH:mm:ss[Z]")


def _schema(address: str) -> str:
    found = re.match(r"([a-z][a-z0-9]{1,20})://", address)
    return found.group(1) if found else "unknown"


def _rebased(plugin: NotifyBase, base: str) -> dict[str, str]:
    """The plugin's service addresses with `base` in the place of scheme and host, paths and tokens kept."""
    moved = {}
    for name in ("notify_url", "api_url"):
        original = getattr(plugin, name, None)
        if isinstance(original, str):
            parts = urlsplit(original)
            moved[name] = base.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
    return moved


def _judge(schema: str, journal: Journal, *, accepted: bool, secrets: list[str]) -> Delivery:
    verdicts = [_judge_answer(schema, answer) for answer in journal.answers]
    refusal = next((verdict for verdict in verdicts if not verdict.delivered), None)
    if refusal is not None:
        return refusal
    if accepted and verdicts:
        return verdicts[-1]
    if accepted and schema not in _CODE_FIELDS:
        return _delivered(f"{schema} accepted")
    if journal.errors:
        return _judge_error(schema, journal.errors[0])
    complaint = _without_secrets(journal.complaints[0], secrets) if journal.complaints else "no answer seen"
    return _failed(f"{schema} {complaint}")


def _judge_answer(schema: str, answer: Answer) -> Delivery:
    what = f"{schema} {answer.status}"
    if answer.status not in _SUCCESS:
        return _failed(what, permanent=answer.status == HTTPStatus.GONE)
    if schema not in _CODE_FIELDS:
        return _delivered(what)
    document = answer.document or {}
    code = next((document[name] for name in _CODE_FIELDS[schema] if name in document), None)
    if type(code) is not int:  # `false` is no zero
        return _failed(f"{what} without errcode")
    what = f"{what} errcode {code}"
    return _delivered(what) if code == 0 else _failed(what, permanent=code in _NO_SUCH_BOT[schema])


def _judge_error(schema: str, error: BaseException) -> Delivery:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
        permanent = all(code in _NO_SUCH_MAILBOX and not _NOT_THE_ADDRESS.match(text) for code, text in answers)
        codes = " ".join(sorted({str(code) for code, _ in answers}))
        return _failed(f"{schema} {codes} recipient refused", permanent=permanent)
    if isinstance(error, smtplib.SMTPResponseException):
        return _failed(f"{schema} {error.smtp_code} {type(error).__name__}")
    # What sockets raise, and requests and smtplib above them.
    return _failed(
        f"{schema} {type(error).__name__}", silent=isinstance(error, OSError) and not isinstance(error, ValueError)
    )


def _without_secrets(complaint: str, secrets: list[str]) -> str:
    """A plugin's own words, at most 100 characters, with everything that could identify anyone taken out."""
    spelled = [spelling for secret in secrets for spelling in (secret, unquote(secret))]
    pieces = {piece for spelling in spelled for piece in re.findall(r"[\w.-]{4,}", spelling)}
    for piece in sorted(pieces, key=len, reverse=True):
        complaint = complaint.replace(piece, "…")
    complaint = re.sub(r"\"[^\"]*\"|'[^']*'|\([^)]*\)|\S+://\S+|\S+@\S+|\d{4,}", "…", complaint)
    return complaint[:100]
