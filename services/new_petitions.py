"""A petition as it is before the ledger writes its first step."""

from __future__ import annotations

import clock
from domain.conduct import Urgency
from domain.dispatch import find_urgency, needs_person
from domain.policy import Policy
from models.tables import Petition
from services.numbering import new_query_code

_AT_BIRTH = {
    "rung": 0,
    "card": "none",
    "designated": False,
    "returns": 0,
    "transfers": 0,
    "redos": 0,
    "extensions_granted": 0,
    "signing_reminded": False,
    "clock_kind": "handling",
    "rating_asked": False,
    "looked_version": 0,
    "announced_version": 0,
}
"""Column defaults are only filled in on the way to the database; the ledger reasons about the row before that."""


def new_petition(policy: Policy, case_number: str, **reported: object) -> Petition:
    """A petition as it comes into the ledger, with a code of its own; `reported` are its columns as they were said."""
    text, place = str(reported["text"]), str(reported["place"])
    urgency = find_urgency(text, policy.dispatch)
    return Petition(
        case_number=case_number,
        query_code=new_query_code(),
        urgency=urgency.value,
        registered_at=clock.now(),
        # Nobody in danger waits for a desk.
        needs_desk=urgency is not Urgency.EMERGENCY and needs_person(text, policy.dispatch, place) is not None,
        policy_version=policy.version,
        **reported,
        **_AT_BIRTH,
        # Nothing belongs to it yet; said here, the database need not be asked.
        pauses=[],
        extensions=[],
        assignments=[],
        supervision=None,
    )
