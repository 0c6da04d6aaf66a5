"""How a worker makes a run that was parked its own in one step, where the Prefect server is ours.

Prefect's workers claim a run by setting it Pending, which only one of them can, and set it Running afterwards. To set
it Running at once is half as much, but Prefect lets anybody do that at any time: also twice, and to a run that was
cancelled meanwhile. So our server (`deployments.claim_rule`) knows a claim by its transition id, made from the id of
the state that the worker was shown, and accepts it only while the run still is in that very state. Whoever is refused
claims the run as ever.
"""

from __future__ import annotations

from uuid import UUID, uuid5

HEADER = "Rongetong-Exact-Claims"
"""Our server's answers carry it, so that a worker knows whom it asks."""

_NAMESPACE = UUID("6f1d0c5e-6c0e-4d56-9d5c-2f0d8a3f6b11")
_MADE_OF_A_NAME = 5  # Prefect's own transition ids are random: version 4


def claim_id(state_id: UUID) -> UUID:
    """The transition id of a claim of the run that is in the state `state_id`."""
    return uuid5(_NAMESPACE, str(state_id))


def is_claim(transition_id: UUID | None) -> bool:
    """Whether this is the transition id of a claim."""
    return transition_id is not None and transition_id.version == _MADE_OF_A_NAME
