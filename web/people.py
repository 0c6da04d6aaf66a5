"""Who reported, as a page offers to ask for it."""

from __future__ import annotations

from domain.actions import Actor
from domain.identity import Level
from services.context import Context
from web.inputs import Options

READ_IDENTITY = "identity"
"""What the form is called by which an identity is asked for."""


def identity_purposes(context: Context, actor: Actor) -> Options:
    """What `actor` may read an identity for; nothing where they may not."""
    with context.readers() as session:
        rules = context.rules.active(session).identity
    if rules.level_of(actor.role) is not Level.FULL:
        return ()
    return [(purpose.code, purpose.name) for purpose in rules.purposes_of(actor.role)]
