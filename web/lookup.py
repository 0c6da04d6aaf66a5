"""One of very many, chosen by writing: its words become a code, or come back with what was probably meant.

A list of hundreds is never in a page. The browser asks for it when the field is entered, and keeps it for an hour;
whoever has no scripts writes the name, which stands in the catalogue (`web.matters`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.shapes import Shape
from services.context import Context
from web.action import Action
from web.choices import lists_of
from web.forms import Sent, Wrong, read
from web.inputs import Field, Kind, Options

_SUGGESTED = 5
"""Names that are offered instead of one that there is not (our own decision: more is not read)."""
_IN_COMMON = 2
"""Characters that a name must share with what was written to be offered."""


def read_action(context: Context, action: Action, fields: dict[str, Any]) -> Shape:
    """What was written as the shape of the action, words that were looked up as their codes.

    Raises:
        Wrong: with everything that is wrong at once, be it of the shape or a name that there is not.
    """
    errors: dict[str, str] = {}
    for field, words in _searched(action.fields, fields):
        code = code_of(words, _options(context, field))
        if code is None:
            errors[field.name] = _no_such(words, _options(context, field))
            del fields[field.name]
        else:
            fields[field.name] = code
    try:
        body = read(action.shape, fields)
    except Wrong as wrong:
        raise Wrong(errors | wrong.errors, wrong.problem) from None
    if errors:
        raise Wrong(errors)
    return body


def in_words(context: Context, action: Action, sent: Sent) -> Sent:
    """What was sent, codes of fields that are written in as the names people know; for a form that is shown again."""
    searched = {field.name: field for field in action.fields if field.kind is Kind.SEARCH}
    if not searched:
        return sent
    names = {name: dict(_options(context, field)) for name, field in searched.items()}
    return Sent([(name, names.get(name, {}).get(value, value)) for name, value in sent.pairs])


def code_of(words: str, options: Options) -> str | None:
    """The code of what was written: a name, a code, or a name behind its group; `None` where there is none such."""
    said = words.replace("／", "/").rsplit("/", 1)[-1].strip().casefold()
    return next((code for code, name in options if said in {name.casefold(), code}), None)


def near(words: str, names: Sequence[str]) -> list[str]:
    """The names that are likest to what was written, those that contain it first."""
    said = set(words)

    def likeness(name: str) -> tuple[bool, float]:
        letters = set(name)
        return words in name, len(said & letters) / len(said | letters)

    alike = [name for name in names if words in name or len(said & set(name)) >= _IN_COMMON]
    return sorted(alike, key=likeness, reverse=True)[:_SUGGESTED]


def _searched(fields: Sequence[Field], written: Mapping[str, Any]) -> list[tuple[Field, str]]:
    return [(field, written[field.name]) for field in fields if field.kind is Kind.SEARCH and field.name in written]


def _options(context: Context, field: Field) -> Options:
    return lists_of(context)[field.options] if isinstance(field.options, str) else field.options


def _no_such(words: str, options: Options) -> str:
    alike = near(words, [name for _, name in options])
    meant = f"是不是：{'、'.join(alike)}" if alike else "请从列表中选，或查看小类目录"
    return f"没有叫“{words[:30]}”的小类。{meant}"
