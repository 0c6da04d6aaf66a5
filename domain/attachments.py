"""Files that are stored with a petition (附件): what they are for, who adds them, and who looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.actions import Role


class Purpose(StrEnum):
    """What a file shows (附件用途)."""

    PETITION = "petition"
    EVIDENCE = "evidence"
    CONTACT = "contact"
    REPLY = "reply"
    BEYOND_DUTY = "beyond_duty"
    VISIT = "visit"
    REVIEW = "review"
    SUPERVISION = "supervision"


PURPOSE_LABELS = {
    Purpose.PETITION: "诉求材料",
    Purpose.EVIDENCE: "办理佐证",
    Purpose.CONTACT: "联系凭证",
    Purpose.REPLY: "答复附图",
    Purpose.BEYOND_DUTY: "超职责依据",
    Purpose.VISIT: "回访材料",
    Purpose.REVIEW: "研判材料",
    Purpose.SUPERVISION: "督办材料",
}

OF_COMPLETIONS = frozenset({Purpose.EVIDENCE, Purpose.CONTACT, Purpose.REPLY, Purpose.BEYOND_DUTY})
"""What a completion may refer to."""

MAY_ADD: Mapping[Role, frozenset[Purpose]] = {
    Role.PETITIONER: frozenset({Purpose.PETITION}),
    Role.DESK: frozenset({Purpose.PETITION}),
    Role.UNIT: OF_COMPLETIONS,
    Role.FOLLOW_UP: frozenset({Purpose.VISIT}),
    Role.REVIEWER: frozenset({Purpose.REVIEW}),
    Role.LEADER: frozenset({Purpose.REVIEW}),
    Role.INSPECTOR: frozenset({Purpose.SUPERVISION}),
}


DEFAULT_PURPOSE: Mapping[Role, Purpose] = {
    role: Purpose.EVIDENCE if role is Role.UNIT else min(purposes) for role, purposes in MAY_ADD.items()
}
"""What a file is for where whoever adds it does not say."""


def may_look(role: Role, purpose: Purpose) -> bool:
    """Whether this role looks at such files of petitions it may see; what inspectors keep, nobody else does.

    A petitioner sees their own files, and those of an answer that was given: what is theirs, only the ledger knows.
    """
    return role is Role.INSPECTOR or (role is not Role.PETITIONER and purpose is not Purpose.SUPERVISION)
