"""One change through the API: made once per Idempotency-Key, against the version the client saw, answered in full."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Concatenate, ParamSpec

from fastapi import Depends, Header, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.callers import Caller, ContextOf, limit_look_ups
from api.errors import Refused
from api.guards import require_json
from domain.actions import PETITIONER, Actor
from domain.errors import ForbiddenTransition, Incomplete, Missing, RuleRefusal, StaleVersion
from services import queries
from services.context import Context
from services.idempotency import Reply, once
from services.transactions import transaction

_Said = ParamSpec("_Said")
"""What a request says beyond who does what to which petition."""
_KEY = re.compile(r"[\x21-\x7e]{8,120}")
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})"')


def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="同一键、同一内容只执行一次，重发得到首次的答复；未持密钥的须为随机 UUID",
            json_schema_extra={"pattern": f"^{_KEY.pattern}$"},
        ),
    ] = None,
) -> str | None:
    """The key of this request. Raises `Incomplete` when it cannot be one."""
    if key is not None and not _KEY.fullmatch(key):
        raise Incomplete([Missing("Idempotency-Key", "须为8至120个可见的 ASCII 字符，建议用 UUID")])
    return key


def require_random(key: str | None) -> None:
    """Whoever has no account shares one space of keys with everybody: only a random UUID keeps two people apart.

    Raises `Incomplete` for any other key, because it could be answered with a stranger's query code.
    """
    if key is None:
        return
    try:
        read = uuid.UUID(key)
    except ValueError:
        read = _NIL
    if str(read) != key.lower() or read.version not in _RANDOM_VERSIONS:
        raise Incomplete([Missing("Idempotency-Key", "未持密钥登记的，须为每次登记随机生成的 UUID(第4版或第7版)")])


_NIL = uuid.UUID(int=0)
_RANDOM_VERSIONS = {4, 7}


def expected_version(
    given: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description='所见版本，如 "7"；不符则 409',
            json_schema_extra={"pattern": rf"^(\*|{_VERSION.pattern})$"},
        ),
    ] = None,
) -> int | None:
    """The version the client saw. Raises `Incomplete` when it cannot be one."""
    if given is None or given.strip() == "*":
        return None
    found = _VERSION.fullmatch(given.strip())
    if found is None:
        raise Incomplete([Missing("If-Match", '须为带引号的版本号，如 "7"')])
    return int(found.group(1))


async def fingerprint(request: Request) -> str:
    """SHA-256 of what is asked; JSON that differs only in its layout is the same request."""
    body = await request.body()
    with suppress(ValueError, RecursionError):  # what is not JSON, or nothing, is compared as it came
        body = json.dumps(json.loads(body), sort_keys=True).encode()
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(asked + body).hexdigest()


Key = Annotated[str | None, Depends(idempotency_key)]
Version = Annotated[int | None, Depends(expected_version)]
Fingerprint = Annotated[str, Depends(fingerprint)]
PetitionId = Annotated[str, Path(description="诉求的 id", examples=["3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11"])]


def answer(model: BaseModel) -> JSONResponse:
    """An answer with its version as ETag, where it has one."""
    return _response(Reply(HTTPStatus.OK, model.model_dump(mode="json")))


def caller_of(actor: Actor) -> str:
    """What separates the idempotency keys of one account from another's; it outlives a change of the key itself."""
    return hashlib.sha256(repr((actor.role.value, actor.unit, actor.name)).encode()).hexdigest()


def create(
    context: Context,
    caller: str,
    key: str | None,
    seen: str,
    work: Callable[[], BaseModel],
    status: HTTPStatus = HTTPStatus.CREATED,
) -> JSONResponse:
    """Do `work`, once per key, and answer 201, or whatever `status` says."""

    def working() -> Reply:
        with transaction(context):
            return Reply(status, work().model_dump(mode="json"))

    return _response(once(context, caller, key, seen, working) if key else working())


@dataclass(frozen=True)
class Change:
    """A change that `actor` asks for on one petition."""

    context: Context
    actor: Actor
    petition_id: str
    version: int | None
    key: str | None
    seen: str
    caller: str
    show: Callable[[], BaseModel]
    """How the petition stands, as this caller may see it."""

    def make(
        self, work: Callable[Concatenate[Context, str, Actor, _Said], object], *said: _Said.args, **named: _Said.kwargs
    ) -> JSONResponse:
        """Do `work` with what was said, and answer with the petition as it stands then, all in one transaction."""
        return self.make_telling({}, work, *said, **named)

    def make_telling(
        self,
        extra: Mapping[str, str],
        work: Callable[Concatenate[Context, str, Actor, _Said], object],
        *said: _Said.args,
        **named: _Said.kwargs,
    ) -> JSONResponse:
        """As `make`; `extra` names members of the answer and the attribute of the work's result each is taken from."""

        def working() -> Reply:
            with transaction(self.context):
                done = work(self.context, self.petition_id, self.actor, *said, **named)
                body = self.show().model_dump(mode="json")
                return Reply(HTTPStatus.OK, body | {name: getattr(done, source) for name, source in extra.items()})

        self.show()  # whoever may not see the petition is not told that it exists, nor what it was once answered
        try:
            return _response(once(self.context, self.caller, self.key, self.seen, working) if self.key else working())
        except (StaleVersion, ForbiddenTransition, RuleRefusal) as refusal:
            raise Refused(refusal, self.show().model_dump(mode="json")) from refusal


def change_of(
    petition_id: PetitionId, context: ContextOf, actor: Caller, version: Version, key: Key, seen: Fingerprint
) -> Change:
    """A change by whoever holds the key."""

    def show() -> BaseModel:
        return queries.detail(context, petition_id, actor)

    return Change(context, actor, petition_id, version, key, seen, caller_of(actor), show)


def matter_of_code(query_code: str, context: ContextOf) -> str:
    """The id of what this code may change. Asked before the body is read: guessers have nothing of theirs received."""
    return queries.matter_by_code(context, query_code)


def petitioners_change(
    query_code: str,
    context: ContextOf,
    petition_id: Annotated[str, Depends(matter_of_code)],
    version: Version,
    key: Key,
    seen: Fingerprint,
) -> Change:
    """A change by whoever holds the query code: on the case that their petition is part of, once it was merged."""

    def show() -> BaseModel:
        return queries.public_progress(context, query_code)

    own = queries.id_by_code(context, query_code)
    return Change(context, PETITIONER, petition_id, version, key, seen, f"petition:{own}", show)


ChangeOf = Annotated[Change, Depends(change_of)]
PetitionersChange = Annotated[Change, Depends(petitioners_change)]
POSTING = [Depends(require_json)]
"""What every POST depends on."""
LOOKING_UP = [Depends(limit_look_ups)]


def _response(reply: Reply) -> JSONResponse:
    headers = {"Idempotent-Replay": "true"} if reply.replayed else {}
    main = reply.body.get("merged_into")
    shown = main if isinstance(main, dict) else reply.body  # what changes by a merged petition's code is its main case
    if "version" in shown:
        headers["ETag"] = f'"{shown["version"]}"'
    return JSONResponse(reply.body, reply.status, headers=headers)
