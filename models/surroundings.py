"""What is shown of a case beside the place of another."""

from __future__ import annotations

from models.answers import Answer, Named, Shown


class Neighbour(Answer):
    """A case near by, or a closed one that is like this one."""

    id: str
    case_number: str
    matter: str
    stage: Named
    unit: Named | None
    registered_at: Shown
    opening: str
    metres: int
    """From the place of the case that is looked at, rounded to ten metres."""
