"""The address book: which Apprise addresses stand behind a recipient. A YAML file, secret, edited by the district.

`deployments/channels.example.yaml` shows every part of it. No error of this module repeats a value of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from gateways.notifier import BOTS, AppriseNotifier, is_usable

_PARTS = {"units": "unit", "roles": "role", "members": "member", "outlets": "outlet"}
_TOP = {*_PARTS, "petitioner", "service_addresses", "timeout_seconds"}
_PLACE = "{address}"
_RECIPIENT = re.compile(r"(unit|role|member|outlet):\S+")
# What e-mail addresses, phone numbers and WeChat ids are made of, and no more. Apprise splits lists of receivers,
# decodes twice and drops what stands before an apostrophe (o'neil@… becomes neil@…): the rest could reach others.
_CONTACT = re.compile(r"(?=.{3,254}\Z)[0-9A-Za-z.+_-]+(@[0-9A-Za-z.-]+)?")
_SAMPLES = {"email": "someone@example.com"}
_SAMPLE = "13800000000"


Route = tuple[str, ...]
"""The channels behind one recipient, in a fixed order: notices of one route share their fate."""


class ChannelsError(ValueError):
    """The channels file cannot be used; says which file, which line (counted from 1) and why."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}，第 {line} 行：{reason}")
        self.path, self.line, self.reason = path, line, reason


class UnusableContact(ValueError):
    """A petitioner's contact cannot be an address; the contact itself is not repeated."""


@dataclass(frozen=True)
class AddressBook:
    """Recipients and their addresses; addresses are secrets and stay out of its repr."""

    recipients: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    petitioner: Mapping[str, str] = field(default_factory=dict, repr=False)
    service_addresses: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: float = 10.0
    readable: bool = True
    """False: the file is broken and was so from the start; whom there is to tell is not known, and notices wait."""

    def addresses_of(self, recipient: str) -> tuple[str, ...]:
        """All addresses of `unit:<code>`, `role:<name>`, `member:<code>` or `outlet:<code>`; empty for none.

        Raises ValueError when `recipient` is no such name.
        """
        if not _RECIPIENT.fullmatch(recipient):
            raise ValueError(
                f"a recipient is unit:<code>, role:<name>, member:<code> or outlet:<code>, got {recipient!r}"
            )
        return self.recipients.get(recipient, ())

    def fallbacks_of(self, address: str) -> tuple[str, ...]:
        """What to try, in this order, when `address` is unusable or out of attempts."""
        return self.fallbacks.get(address, ())

    def route_to(self, recipient: str, contact_kind: str | None = None) -> Route:
        """The channels on which `recipient` is told; of a petitioner, those for the kind of contact they left."""
        if recipient in self.recipients:
            return route_of(self.recipients[recipient])
        return self.petitioner_routes.get(contact_kind or "", ())

    @property
    def petitioner_routes(self) -> dict[str, Route]:
        """The channel behind each kind of contact."""
        return {kind: route_of((template,)) for kind, template in self.petitioner.items()}

    def petitioner_address(self, kind: str, contact: str) -> str | None:
        """The address of a petitioner's `contact` of this kind (email, sms, wechat …); None: the book has no such kind.

        Raises UnusableContact when the contact holds anything but the characters of one address.
        """
        template = self.petitioner.get(kind)
        if template is None:
            return None
        if not _CONTACT.fullmatch(contact):
            raise UnusableContact("联系方式含有不能用作地址的字符，或长度不对")
        return template.replace(_PLACE, quote(contact, safe=""))

    def notifier(self) -> AppriseNotifier:
        """The real notifier, with this book's time limit and service addresses."""
        return AppriseNotifier(self.timeout_seconds, self.service_addresses)


def channel_of(address: str) -> str:
    """What fails together with this address: the service or the server behind it. Holds no token, path or person."""
    parts = urlsplit(address)
    if parts.scheme in BOTS:
        return parts.scheme
    server = parse_qs(parts.query).get("smtp", [parts.netloc.rpartition("@")[2]])[0]
    return f"{parts.scheme}://{server}"


def route_of(addresses: Iterable[str]) -> Route:
    """The channels of these addresses, each once."""
    return tuple(sorted({channel_of(address) for address in addresses}))


def load_address_book(path: Path) -> AddressBook:
    """Read the channels file; an empty book when there is none. Raises ChannelsError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return AddressBook()
    except UnicodeDecodeError as error:
        raise ChannelsError(path, 1, "不是 UTF-8 编码") from error
    return _Reader(path).read(text)


class _Reader:
    """Turns one file into an address book, with the line of everything it refuses."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fallbacks: dict[str, tuple[str, ...]] = {}

    def read(self, text: str) -> AddressBook:
        document = self._parse(text)
        recipients = {}
        for part, prefix in _PARTS.items():
            for line, code, value in self._entries(document, part):
                recipients[f"{prefix}:{code}"] = tuple(dict.fromkeys(self._addresses(line, f"{part}.{code}", value)))
        return AddressBook(
            recipients=recipients,
            fallbacks=self._fallbacks,
            petitioner={
                kind: self._template(line, kind, value) for line, kind, value in self._entries(document, "petitioner")
            },
            service_addresses={
                schema: self._base(line, schema, value)
                for line, schema, value in self._entries(document, "service_addresses")
            },
            timeout_seconds=self._timeout(document),
        )

    def _parse(self, text: str) -> CommentedMap:
        try:
            document = YAML(typ="rt").load(text)
        except MarkedYAMLError as error:
            # The parser's own words may quote the file, and so a secret.
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ChannelsError(self._path, line, "不是合法的 YAML（缩进、引号、冒号或重复的键）") from None
        except YAMLError:
            raise ChannelsError(self._path, 1, "不是合法的 YAML") from None
        if document is None:
            return CommentedMap()
        if not isinstance(document, CommentedMap):
            raise ChannelsError(self._path, 1, f"最外层应当是 {'、'.join(sorted(_TOP))} 这些键")
        for key in document:
            if key not in _TOP:
                raise ChannelsError(
                    self._path, _line_of(document, key), f"不认识的键，只能是 {'、'.join(sorted(_TOP))}"
                )
        return document

    def _entries(self, document: CommentedMap, part: str) -> Iterator[tuple[int, str, Any]]:
        entries = document.get(part)
        if entries is None:
            return
        if not isinstance(entries, CommentedMap):
            raise ChannelsError(self._path, _line_of(document, part), f"{part} 应当是“名称: 值”的表")
        for key, value in entries.items():
            line = _line_of(entries, key)
            if not isinstance(key, str) or not re.fullmatch(r"\S+", key):
                raise ChannelsError(self._path, line, f"{part} 里的名称要加引号，且不含空格（数字代码会丢掉前面的 0）")
            yield line, key, value

    def _addresses(self, line: int, where: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - as YAML gave it
        if not isinstance(value, CommentedSeq):
            yield self._address(line, where, value)
            return
        for index, item in enumerate(value):
            yield self._address(value.lc.item(index)[0] + 1, where, item)

    def _address(self, line: int, where: str, value: Any) -> str:  # noqa: ANN401 - as YAML gave it
        if isinstance(value, CommentedMap):
            if "url" not in value or not set(value) <= {"url", "fallback"}:
                raise ChannelsError(self._path, line, f"{where} 的一条地址只能有 url 和 fallback，且必须有 url")
            address = self._address(_line_of(value, "url"), where, value["url"])
            if "fallback" in value:
                fallback = self._addresses(_line_of(value, "fallback"), f"{where} 的 fallback", value["fallback"])
                self._fallbacks[address] = tuple(fallback)
            return address
        if not isinstance(value, str) or not is_usable(value):
            raise ChannelsError(self._path, line, f"{where} 不是可用的 Apprise 地址")
        return str(value)

    def _template(self, line: int, kind: str, value: Any) -> str:  # noqa: ANN401 - as YAML gave it
        if not isinstance(value, str) or value.count(_PLACE) != 1:
            raise ChannelsError(self._path, line, f"petitioner.{kind} 应当是恰好含一个 {_PLACE} 的 Apprise 地址")
        sample = quote(_SAMPLES.get(kind, _SAMPLE), safe="")
        if not is_usable(value.replace(_PLACE, sample)):
            raise ChannelsError(self._path, line, f"petitioner.{kind} 填入地址后不是可用的 Apprise 地址")
        return str(value)

    def _base(self, line: int, schema: str, value: Any) -> str:  # noqa: ANN401 - as YAML gave it
        if schema not in BOTS:
            raise ChannelsError(self._path, line, f"service_addresses 只能有 {'、'.join(BOTS)}")
        parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            raise ChannelsError(self._path, line, f"service_addresses.{schema} 应当是 http(s)://主机[:端口][/路径]")
        return str(value)

    def _timeout(self, document: CommentedMap) -> float:
        value = document.get("timeout_seconds", AddressBook.timeout_seconds)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 120:  # noqa: PLR2004
            raise ChannelsError(
                self._path, _line_of(document, "timeout_seconds"), "timeout_seconds 应当是 0 到 120 的秒数"
            )
        return float(value)


def _line_of(mapping: CommentedMap, key: object) -> int:
    return int(mapping.lc.key(key)[0]) + 1
