"""Forms: checked by the same shapes as what the API takes; a wrong one comes back filled in, with the reasons."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from api.reasons import field_of, reason_of
from domain.errors import DomainError, IdempotencyConflict, Incomplete, RuleRefusal, StaleVersion
from services.context import Context
from services.idempotency import Reply, kept_reply, once
from services.transactions import transaction
from web.visits import caller_of, number_of

ONCE = "once"
"""The hidden field that holds a form's token."""
MOST_FIELDS = 400
"""Of one form (our own decision)."""
MOST_PARTS = 60
"""Files of one form that are looked at at all, so that whoever chose too many loses no word (our own decision)."""
_MOST_DIGITS = 9
"""Of a number in a form: what is longer is no version and no count, and no database would take it."""
_Model = TypeVar("_Model", bound=BaseModel)


class Sent:
    """The fields of a form as they were sent; of a field sent several times `all` has every value."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    @property
    def values(self) -> dict[str, str]:
        """The last value of each field, without the token."""
        return {name: value for name, value in self._pairs if name != ONCE}

    @property
    def token(self) -> str:
        return dict(self._pairs).get(ONCE, "")

    @property
    def all_pairs(self) -> list[tuple[str, str]]:
        """Every field and value in the order they came."""
        return list(self._pairs)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every field and value in the order they came, without the token."""
        return [(name, value) for name, value in self._pairs if name != ONCE]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self[name] == "yes"

    def number(self, name: str) -> int | str | None:
        """A whole number where it is one, the text where it is not, `None` where nothing was written."""
        text = self[name].strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else text or None


async def sent_form(request: Request) -> Sent:
    """What the form holds; files are not among it. Line breaks are those of the ledger."""
    async with request.form(max_files=MOST_PARTS, max_fields=MOST_FIELDS) as form:
        items = form.multi_items()
        return Sent([(name, value.replace("\r\n", "\n")) for name, value in items if isinstance(value, str)])


SentForm = Annotated[Sent, Depends(sent_form)]


class Wrong(Exception):
    """What was sent cannot be taken: `errors` by field, `problem` for the whole."""

    def __init__(self, errors: Mapping[str, str] | None = None, problem: str = "") -> None:
        super().__init__(problem)
        self.errors = dict(errors or {})
        self.problem = problem

    @property
    def status(self) -> HTTPStatus:
        """422 where a field is at fault, 409 where how things stand is."""
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.errors else HTTPStatus.CONFLICT


@dataclass
class Form:
    """A form as it is shown: its values, what is wrong with which, and what is wrong with the whole."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @classmethod
    def refused(cls, sent: Sent, wrong: Wrong) -> Form:
        """What was sent, with the reasons it was refused for."""
        return cls(sent.values, wrong.errors, wrong.problem)

    @property
    def status(self) -> HTTPStatus:
        """That of the page which shows it: of what is wrong with it, 200 where nothing is."""
        return Wrong(self.errors, self.problem).status if self.errors or self.problem else HTTPStatus.OK


def read(shape: type[_Model], fields: Mapping[str, Any], names: Mapping[str, str] | None = None) -> _Model:
    """The fields as `shape`. Raises `Wrong`; `names` are those fields of the shape that the form calls otherwise."""
    try:
        return shape.model_validate(fields)
    except ValidationError as failure:
        errors: dict[str, str] = {}
        for item in failure.errors():
            name = field_of(dict(item))
            errors.setdefault((names or {}).get(name, name), _reason(dict(item)))
        whole = errors.pop("body", "")
        raise Wrong(errors, whole) from None


_SAID = {"missing": "还没有填写", "enum": "请从列出的里面选", "literal_error": "请从列出的里面选"}
_MOMENT = "请写成“2026-03-02 09:00”这样的时间"


def _reason(error: dict[str, Any]) -> str:
    """Why, for whoever looks at a form: what the API says to programs names codes and zones that nobody typed."""
    said, written = reason_of(error), error.get("input")
    if error["type"] == "string_too_long" and isinstance(written, str):
        return f"最多{error['ctx']['max_length']}个字，现在有{len(written.strip())}个，请删短"
    if error["type"] == "string_too_short" and isinstance(written, str):
        length = len(written.strip())
        return f"至少{error['ctx']['min_length']}个字，现在有{length}个" if length else _SAID["missing"]
    return _MOMENT if said.startswith("应为时间") else _SAID.get(error["type"], said)


def as_wrong(refusal: DomainError | Wrong, moved_on: str = "") -> Wrong:
    """A refusal as what a form shows of it; `moved_on` is said where somebody else was first."""
    if isinstance(refusal, Wrong):
        return refusal
    if moved_on and isinstance(refusal, StaleVersion):
        return Wrong(problem=moved_on)
    if isinstance(refusal, Incomplete):
        return Wrong({item["field"]: item["reason"] for item in reversed(refusal.missing)})
    if isinstance(refusal, RuleRefusal) and refusal.field is not None:
        return Wrong({refusal.field: refusal.message})
    return Wrong(problem=refusal.message)


def submit(context: Context, request: Request, sent: Sent, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do `work` once for this form, however often it is sent, in one transaction; what it answered.

    Raises:
        Wrong: the same form was sent before with other words in it, and those were taken.
        LapsedForm: see `web.visits`.
    """
    number, fingerprint = number_of(request, sent.token), _fingerprint(request, sent)

    def working() -> Reply:
        with transaction(context):
            return Reply(HTTPStatus.OK, work())

    try:
        return once(context, caller_of(request), number, fingerprint, working).body
    except IdempotencyConflict:
        raise Wrong(problem=_SENT_BEFORE) from None


def refusal_of(
    context: Context, request: Request, sent: Sent, thing: str, work: Callable[[int], object]
) -> Form | None:
    """Submit what somebody decided on `thing` as they saw it; the form with the reason, where it was not taken.

    `work` is given the version that was seen; `thing` is what people call it, such as 这份通报.
    """

    def working(version: int) -> dict[str, Any]:
        work(version)
        return {}

    try:
        seen = sent.number("version")
        if not isinstance(seen, int):
            raise Wrong(problem=_INCOMPLETE)  # noqa: TRY301 - refused like everything else that is wrong
        submit(context, request, sent, partial(working, seen))
    except (DomainError, Wrong) as refusal:
        moved_on = f"您填写的时候，{thing}有了变化（见上）。您写的还在，确认后请再提交一次"
        return Form.refused(sent, as_wrong(refusal, moved_on))
    return None


def answered(context: Context, request: Request, sent: Sent) -> dict[str, Any] | None:
    """What `submit` answered to this form before, if it was taken already. Raises as `submit` does."""
    number = number_of(request, sent.token)
    try:
        reply = kept_reply(context, caller_of(request), number, _fingerprint(request, sent))
    except IdempotencyConflict:
        raise Wrong(problem=_SENT_BEFORE) from None
    return reply.body if reply else None


_INCOMPLETE = "表单不完整，请重新填写"
_SENT_BEFORE = "这份表单已经提交过一次，内容与现在的不同。确要再提交，请再按一次"


def _fingerprint(request: Request, sent: Sent) -> str:
    """What tells one submission from another of the same form."""
    return hashlib.sha256(json.dumps([request.url.path, sent.pairs]).encode()).hexdigest()
