"""The numbers a petition is known by: its case number, and the query code that only its petitioner has."""

from __future__ import annotations

import secrets

import clock
from models.tables import Counter
from services.transactions import Transaction

# No letters or digits that people mix up when they read a code aloud (0/O, 1/I/L, 2/Z, 5/S, 8/B).
CODE_LETTERS = "34679ACDEFGHJKMNPQRTUVWXY"
CODE_LENGTH = 12


def new_query_code() -> str:
    """A code that nobody guesses."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def next_case_number(tx: Transaction, prefix: str) -> str:
    """`SZ-20220430-00017`: the day in Shanghai and a number that counts from one each day."""
    day = clock.now().in_timezone(clock.SHANGHAI).format("YYYYMMDD")
    return f"{prefix}-{day}-{_next(tx, f'case:{day}'):05d}"


def next_meeting_number(tx: Transaction, label: str) -> str:
    """`一级研判〔2026〕3号`: the year in Shanghai and a number that counts from one in each."""
    year = clock.now().in_timezone(clock.SHANGHAI).year
    return f"{label}〔{year}〕{_next(tx, f'meeting:{label}:{year}')}号"


def next_bulletin_number(tx: Transaction) -> str:
    """`督导通报〔2026〕第3期`: the year in Shanghai and a number that counts from one in each."""
    year = clock.now().in_timezone(clock.SHANGHAI).year
    return f"督导通报〔{year}〕第{_next(tx, f'bulletin:{year}')}期"


def next_publication_number(tx: Transaction) -> str:
    """`GK-2026-00003`: the year in Shanghai and a number that counts from one in each; it says nothing of the case."""
    year = clock.now().in_timezone(clock.SHANGHAI).year
    return f"GK-{year}-{_next(tx, f'publication:{year}'):05d}"


def _next(tx: Transaction, series: str) -> int:
    counter = tx.session.get(Counter, series, with_for_update=True)
    if counter is None:
        counter = _begin_series(tx, series)
    counter.value += 1
    return counter.value


def _begin_series(tx: Transaction, series: str) -> Counter:
    """The first number of a series: two registrations at midnight may both want to begin it, one of them waits."""
    from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415 - which one is only known here

    dialect = postgresql if tx.session.get_bind().dialect.name == "postgresql" else sqlite
    tx.session.execute(dialect.insert(Counter).values(series=series, value=0).on_conflict_do_nothing())
    return tx.session.get_one(Counter, series, with_for_update=True, populate_existing=True)
