"""How a run calls a service: in a thread, and so that a failure says nothing of what people wrote."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError

T = TypeVar("T")
P = ParamSpec("P")


class ServiceFailed(Exception):
    """A service failed; says with what kind of exception and where, never with which words.

    Prefect shows an exception's text in the state of the run and in its log, and that text may quote a petition: a row
    that the database refused, a value that was none of those expected.
    """


async def in_thread(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Services are synchronous; a run must not hold up the other runs of its process while it waits for a database.

    Raises `OperationalError` as it is, because its text is the database's about itself, and to be tried again; else
    `ServiceFailed`.
    """
    try:
        return await asyncio.to_thread(work, *arguments, **named)
    except OperationalError:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever it is, its words stay here
        wordless = ServiceFailed(_kind_and_place(failure))
    raise wordless


def _kind_and_place(failure: Exception) -> str:
    frames = traceback.extract_tb(failure.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return f"{type(failure).__name__}{place}"
