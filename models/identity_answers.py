"""What is answered about identities: the whole of one, once; and who read which."""

from __future__ import annotations

import datetime as dt

from models.answers import Answer, Named, Shown


class IdentityView(Answer):
    """The identity behind one petition, given for one purpose; the reading is on record."""

    id: str
    name: str | None
    contact_kind: str | None
    contact: str | None
    confidential: bool
    purpose: Named
    words: str
    read_at: Shown


class IdentityReadView(Answer):
    """One reading of an identity; `digest` chains it to the one before of the same petitioner."""

    case: str
    number: int
    at: Shown
    role: Named
    unit: Named | None
    account: str
    purpose: Named
    words: str
    digest: str


class IdentityReadersView(Answer):
    """Everybody who read, people and the platform, oldest first."""

    reads: list[IdentityReadView]


class UnusualReader(Answer):
    """An account that read the identities of many people on one day."""

    role: Named
    unit: Named | None
    account: str
    people: int
    reads: int


class UnusualReaders(Answer):
    """Accounts with at least `least` petitioners read on `day`, the most first."""

    day: dt.date
    least: int
    readers: list[UnusualReader]
