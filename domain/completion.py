"""What a unit must show when it hands a petition in as done (办结要件), and what a public reply must not say.

Which particular is asked for when is data (`policy/handling.yaml`); here is only how such a rule is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.conduct import Conditional, Origin, RequestType, Urgency
from domain.errors import Missing


class When(StrEnum):
    """What a unit said that makes a particular necessary."""

    ALWAYS = "always"
    TRUE = "true"
    UNTRUE = "untrue"
    BEYOND_DUTY = "beyond_duty"
    CONTACTED = "contacted"
    NOT_CONTACTED = "not_contacted"
    SOLVED = "solved"
    UNSOLVED = "unsolved"


class Particular(StrEnum):
    """What can be asked for, by the name of the field that the API has for it."""

    IS_TRUE = "is_true"
    UNTRUE_REASON = "untrue_reason"
    CONTACTED = "contacted"
    CONTACTED_AT = "contacted_at"
    CONTACT_WAY = "contact_way"
    CONTACT_LAST4 = "contact_last4"
    NOT_CONTACTED_REASON = "not_contacted_reason"
    SOLVED = "solved"
    UNSOLVED_REASON = "unsolved_reason"
    BEYOND_DUTY_KIND = "beyond_duty_kind"
    BEYOND_DUTY_BASIS = "beyond_duty_basis"
    BEYOND_DUTY_PROOF = "beyond_duty_proof"
    INTERNAL_ACCOUNT = "internal_account"
    PUBLIC_REPLY = "public_reply"
    ATTACHMENTS = "attachments"


class ContactWay(StrEnum):
    """How the petitioner was reached (联系方式)."""

    PHONE = "phone"
    VISIT = "visit"
    MESSAGE = "message"
    MAIL = "mail"
    OTHER = "other"


CONTACT_WAY_LABELS = {
    ContactWay.PHONE: "电话",
    ContactWay.VISIT: "上门或当面",
    ContactWay.MESSAGE: "短信、微信",
    ContactWay.MAIL: "信函、邮件",
    ContactWay.OTHER: "其他",
}

ANSWERED_ALWAYS = frozenset({Particular.IS_TRUE, Particular.CONTACTED, Particular.SOLVED})
"""The questions on whose answers other rules hang: a policy must ask them of every completion."""


@dataclass(frozen=True)
class Required(Conditional):
    """One particular that must be given, `least` characters or files of it; an empty condition applies to all."""

    id: str
    field: Particular
    when: When
    reason: str
    source: str
    least: int = 1
    urgencies: frozenset[Urgency] = frozenset()
    request_types: frozenset[RequestType] = frozenset()
    categories: frozenset[str] = frozenset()
    origin: Origin = Origin.PUBLISHED


@dataclass(frozen=True)
class Choice:
    """One of a list of reasons."""

    code: str
    name: str


OTHER = "other"
"""The reason that is always in the list of reasons for an extension."""


@dataclass(frozen=True)
class HandlingRules:
    """What completions must show, and the lists to choose from."""

    required: tuple[Required, ...]
    beyond_duty_kinds: tuple[Choice, ...]
    extension_reasons: tuple[Choice, ...]
    correction_minutes: int = 0
    """How long a dispatch by hand can be corrected; 0 in rules from before there was such a thing."""
    correction_source: str = ""


@dataclass(frozen=True)
class Said:
    """What a completion says: the answers, and how much of each particular is given (characters, files, or 1)."""

    is_true: bool | None
    contacted: bool | None
    solved: bool | None
    beyond_duty: bool
    given: Mapping[Particular, int]

    def holds(self, when: When) -> bool:
        """Whether this is the case."""
        match when:
            case When.ALWAYS:
                return True
            case When.TRUE | When.UNTRUE:
                return self.is_true is (when is When.TRUE)
            case When.BEYOND_DUTY:
                return self.beyond_duty
            case When.CONTACTED | When.NOT_CONTACTED:
                return self.contacted is (when is When.CONTACTED)
            case When.SOLVED | When.UNSOLVED:
                return self.solved is (when is When.SOLVED)


def missing(
    said: Said, rules: HandlingRules, urgency: Urgency, request_type: RequestType, category: str | None
) -> list[Missing]:
    """Everything that is lacking, each particular once, in the order of the rules."""
    found: dict[Particular, Missing] = {}
    for rule in rules.required:
        asked = rule.applies_to(urgency, request_type, category) and said.holds(rule.when)
        if asked and said.given.get(rule.field, 0) < rule.least:
            found.setdefault(rule.field, Missing(rule.field.value, rule.reason))
    return list(found.values())


_APART = re.compile(r"(?<=\d)[ \-\u00b7_.]+(?=\d)")
_MOBILE = re.compile(r"(?<!\d)(?:86)?(1[3-9]\d{9})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dX](?![\dA-Z])")
_CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def personal_numbers(text: str) -> list[str]:
    """What kinds of personal numbers a text holds (in Chinese): mobile telephones, identity and bank cards.

    Written in full width, or with blanks and hyphens between, a number is the same number. A unit's own landline is
    nobody's personal data.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    return [name for name, found in _KINDS.items() if any(found(each) for each in (plain, _APART.sub("", plain)))]


def _has_identity(text: str) -> bool:
    return any(_is_identity(found) for found in _IDENTITY.findall(text))


def _is_identity(number: str) -> bool:
    """By its check character (GB 11643)."""
    total = sum(int(figure) * weight for figure, weight in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def _has_card(text: str) -> bool:
    return any(_is_card(found) for found in _CARD.findall(text))


def _is_card(number: str) -> bool:
    """By its check figure (Luhn)."""
    return not sum(sum(divmod(int(figure) * (2 if place % 2 else 1), 10)) for place, figure in _reversed(number)) % 10


def _reversed(number: str) -> Iterator[tuple[int, str]]:
    return enumerate(reversed(number))


_KINDS = {
    "手机号码": lambda text: _MOBILE.search(text) is not None,
    "身份证号码": _has_identity,
    "银行卡号": _has_card,
}
