"""What the desk is shown where the engine was not sure: who may be the right unit and why, and how the like ended."""

from __future__ import annotations

from models.answers import Answer, Named, Shown


class Choice(Answer):
    """A unit that may be the right one, with what speaks for it."""

    unit: Named
    category: str | None
    sub_category: str | None
    matter: str
    """The sub-category's name, or the category's; empty where the engine found neither."""
    confidence: float | None
    reasons: list[str]
    duty: str
    """What the duty list in force says of this matter, as a sentence; empty where there is no matter to look up."""
    borne_out: bool
    """Whether the list gives the matter to this unit."""


class Weighed(Answer):
    """Why the engine asked a person, and between whom it wavered, the best first."""

    explanation: str
    choices: list[Choice]


class PastCase(Answer):
    """A closed case like this one: whose it was in the end, and what came of it."""

    id: str
    case_number: str
    unit: Named | None
    matter: str
    town: Named | None
    closed_at: Shown | None
    satisfaction: str
    returns: int
    transfers: int
    redos: int
    reply: str
    """How the public answer begins; empty where none was approved."""
    like: list[str]
    """In what it is like this one, as Chinese phrases."""
