"""Every table in one import, for migrations and for creating the schema."""

from models.base import Base
from models.learned import DispatchModel, ModelActivation
from models.petition import (
    Assignment,
    Completion,
    DecisionRequest,
    ExtensionRow,
    PauseRow,
    Petition,
    Petitioner,
    RatingRow,
)
from models.records import (
    ApiKey,
    Counter,
    GeographyActivation,
    GeographyVersion,
    HistoryRow,
    IdempotentReply,
    Notice,
    PolicyVersion,
    Supervision,
    TimerRow,
)

__all__ = [
    "ApiKey",
    "Assignment",
    "Base",
    "Completion",
    "Counter",
    "DecisionRequest",
    "DispatchModel",
    "ExtensionRow",
    "GeographyActivation",
    "GeographyVersion",
    "HistoryRow",
    "IdempotentReply",
    "ModelActivation",
    "Notice",
    "PauseRow",
    "Petition",
    "Petitioner",
    "PolicyVersion",
    "RatingRow",
    "Supervision",
    "TimerRow",
]
