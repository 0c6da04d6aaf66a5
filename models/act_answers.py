"""The history of what is no petition: bulletins, findings, publications."""

from __future__ import annotations

from models.answers import Answer, Named, Shown


class ActView(Answer):
    """One change: who did what, when and why."""

    version: int
    at: Shown
    act: Named
    actor_role: str
    actor_name: str
    reason: str
