"""What an action on a case is, as a page offers it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.stages import TRIGGER_LABELS, Trigger
from models.shapes import Shape
from web.action_work import Work
from web.inputs import Field, Options

TERM_UNITS: Options = (
    ("working_days", "工作日"),
    ("calendar_days", "自然日"),
    ("working_hours", "工作小时"),
    ("hours", "小时"),
)


@dataclass(frozen=True)
class Action:
    """Something that may be done: `label` names it on the button, `tone` says how grave it is."""

    code: str
    label: str
    shape: type[Shape]
    work: Work
    fields: tuple[Field, ...] = ()
    tone: str = ""
    hint: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """What each field is called, by its name."""
        return {field.name: field.label for field in self.fields}


def of(
    trigger: Trigger, shape: type[Shape], work: Work, *fields: Field, tone: str = "", hint: str = ""
) -> tuple[str, Action]:
    """The action of a trigger, by its code."""
    return trigger.value, Action(trigger.value, TRIGGER_LABELS[trigger], shape, work, fields, tone, hint)
