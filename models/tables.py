"""Every table in one import, for migrations and for creating the schema."""

from models.base import Base
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
    FigureReport,
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
    "ExtensionRow",
    "FigureReport",
    "HistoryRow",
    "IdempotentReply",
    "Notice",
    "PauseRow",
    "Petition",
    "Petitioner",
    "PolicyVersion",
    "RatingRow",
    "Supervision",
    "TimerRow",
]
