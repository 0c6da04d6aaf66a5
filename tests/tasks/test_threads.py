"""A service that fails tells Prefect what kind of fault and where, and none of the words it failed over."""

from __future__ import annotations

import traceback

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from tasks.threads import ServiceFailed, in_thread

pytestmark = pytest.mark.anyio
PRIVATE = "13800001234"


def refuses() -> None:
    raise IntegrityError("INSERT", {}, ValueError(f"DETAIL: Failing row contains ({PRIVATE})"))


def refuses_the_refusal() -> None:
    try:
        refuses()
    except IntegrityError as refusal:
        raise ValueError(f"{PRIVATE} is none of these") from refusal


def is_away() -> None:
    raise OperationalError("SELECT", {}, ValueError("connection refused"))


@pytest.mark.parametrize("work", [refuses, refuses_the_refusal], ids=["database", "caused by another"])
async def test_nothing_of_an_exception_but_its_kind_and_place(work: object) -> None:
    assert callable(work)
    with pytest.raises(ServiceFailed, match=r"(IntegrityError|ValueError) at test_threads.py:\d+ in refuses") as failed:
        await in_thread(work)
    assert PRIVATE not in "".join(traceback.format_exception(failed.value))


async def test_a_database_that_is_away_is_told_as_such() -> None:
    with pytest.raises(OperationalError):
        await in_thread(is_away)
