"""How the ratings of several petitioners of one matter decide about it (our own rule; see docs/adr/0019)."""

from __future__ import annotations

from collections.abc import Collection

from domain.petition import Satisfaction

_WORST_FIRST = (Satisfaction.DISSATISFIED, Satisfaction.BASICALLY_SATISFIED, Satisfaction.SATISFIED)


def combined(given: Collection[Satisfaction], *, outstanding: int, waiting: bool) -> Satisfaction | None:
    """What the ratings come to; `None`: nothing yet.

    The least content petitioner decides, because the work is done for each of them: one who is dissatisfied decides at
    once, for nothing that others say can change it. Else it waits for the `outstanding` ones while the time for rating
    runs (`waiting`), and no longer.
    """
    worst = next((one for one in _WORST_FIRST if one in given), None)
    if worst is None or worst is Satisfaction.DISSATISFIED:
        return worst
    return None if waiting and outstanding else worst
