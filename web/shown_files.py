"""What a page shows of the files of a case, and what whoever looks may add."""

from __future__ import annotations

from domain.actions import Actor, Role
from domain.attachments import MAY_ADD, OF_COMPLETIONS, PURPOSE_LABELS, Purpose
from models.attachment_answers import AttachmentView
from services import attachments
from services.context import Context
from web.inputs import Options

PICKED = "file-"
"""What the boxes are called by which a unit says which of its files belong to a completion."""

NEW = "new-"
"""What the inputs are called by which a unit sends files along with a completion: this and the purpose."""


def files_of(context: Context, petition_id: str, actor: Actor) -> list[AttachmentView]:
    """Every file that `actor` may look at."""
    return attachments.shown(context, petition_id, actor).items


def purposes_of(actor: Actor) -> Options:
    """What `actor` may add a file for, in the order of the purposes."""
    mine = MAY_ADD.get(actor.role, frozenset())
    return [(purpose.value, PURPOSE_LABELS[purpose]) for purpose in Purpose if purpose in mine]


def new_for_completion(actor: Actor) -> Options:
    """What a unit may send along with its completion: the name of the input, and what it is for."""
    return [(NEW + code, label) for code, label in purposes_of(actor) if actor.role is Role.UNIT]


def for_completion(files: list[AttachmentView], actor: Actor) -> list[AttachmentView]:
    """The files that a unit may hand in with its completion."""
    if actor.role is not Role.UNIT:
        return []
    fit = {purpose.value for purpose in OF_COMPLETIONS}
    return [file for file in files if file.added_role == Role.UNIT.value and file.purpose.code in fit]
