"""Fields of the forms of a case: how each is shown, and how what was written in it becomes what a shape takes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.calendar import CHINA, local
from web.forms import Sent


class Kind(StrEnum):
    """How a field is shown."""

    WORDS = "words"
    LINE = "line"
    NUMBER = "number"
    MOMENT = "moment"
    CHOICE = "choice"
    PICK = "pick"
    """One of a few, all of them seen at once."""
    YES_NO = "yes_no"
    BOX = "box"
    SEARCH = "search"
    """One of very many, written or picked from a list that the browser asks for when the field is entered."""
    HIDDEN = "hidden"


Options = Sequence[tuple[str, str]]
YES_NO: Options = (("yes", "是"), ("no", "否"))


@dataclass(frozen=True)
class Field:
    """One field. `name` is its place in the shape, with dots between: `lead.term.amount`, `assists.0.unit`.

    `when` is the field and the value it belongs to, with a space between: scripts show it with that answer alone, and
    without them its hint says so.

    `options` are those of a choice, or the name of a list that the policy in force gives (`web.choices`). A field of a
    `group` belongs under that heading; a group of which nothing was written is left out of what is sent.
    """

    name: str
    label: str
    kind: Kind = Kind.WORDS
    hint: str = ""
    optional: bool = False
    options: Options | str = ()
    start: str = ""
    """What it shows at first."""
    rows: int = 3
    most: int = 2000
    group: str = ""
    when: str = ""
    now: bool = False
    """Whether a press fills in the present moment: of what is mostly written down when it has just happened."""

    def value_of(self, sent: Sent) -> Any:  # noqa: ANN401 - whatever the shape takes
        """What was written, as the shape takes it; `None` where nothing was."""
        text = sent[self.name].strip()
        match self.kind:
            case Kind.NUMBER:
                return sent.number(self.name)
            case Kind.YES_NO:
                return {"yes": True, "no": False}.get(text)
            case Kind.BOX:
                return text == "yes"
            case Kind.MOMENT:
                return _aware(text) if text else None
        return text or None


def shape_fields(fields: Sequence[Field], sent: Sent) -> dict[str, Any]:
    """What was written as nested data; what was left out is not there."""
    written = {field.name: (field, field.value_of(sent)) for field in fields}
    begun = {
        field.group for field, value in written.values() if value not in {None, ""} and not _stands_by_itself(field)
    }
    found: dict[str, Any] = {}
    for name, (field, value) in written.items():
        if value is None or (field.group and field.group not in begun):
            continue
        _put(found, name.split("."), value)
    listed: dict[str, Any] = _lists(found)
    return listed


def _stands_by_itself(field: Field) -> bool:
    """Whether it has a value that nobody chose."""
    return bool(field.start) or field.kind is Kind.BOX


def _put(into: dict[str, Any], path: Sequence[str], value: object) -> None:
    for part in path[:-1]:
        into = into.setdefault(part, {})
    into[path[-1]] = value


def _lists(data: Any) -> Any:  # noqa: ANN401 - any nested data
    """Members that are numbered are a list."""
    if not isinstance(data, Mapping):
        return data
    if data and all(key.isdigit() for key in data):
        return [_lists(data[key]) for key in sorted(data, key=int)]
    return {key: _lists(value) for key, value in data.items()}


_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", re.ASCII)


def _aware(text: str) -> str:
    """A browser's moment has no zone: people write what the clock on the wall says."""
    if not _LOCAL.fullmatch(text):
        return text
    seconds = ":00" if len(text) == len("2026-03-02T09:00") else ""
    return f"{text.replace(' ', 'T')}{seconds}+08:00"


def as_local_input(moment: dt.datetime) -> str:
    """A moment as a browser's field for one shows it."""
    return f"{local(moment).astimezone(CHINA):%Y-%m-%dT%H:%M}"
