"""Every table in one import, for migrations and for creating the schema."""

from models.base import Base
from models.inspection import Inspection, SiteVisit
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
    FigureReport,
    GeographyActivation,
    GeographyVersion,
    Heartbeat,
    HistoryRow,
    IdempotentReply,
    Notice,
    Outage,
    PolicyVersion,
    Recusal,
    Supervision,
    TimerRow,
)
from models.same_matter import HotTopic, Imprint, ImprintMark, Proposal

__all__ = [
    "ApiKey",
    "Assignment",
    "Base",
    "Completion",
    "Counter",
    "DecisionRequest",
    "DispatchModel",
    "ExtensionRow",
    "FigureReport",
    "GeographyActivation",
    "GeographyVersion",
    "Heartbeat",
    "HistoryRow",
    "HotTopic",
    "IdempotentReply",
    "Imprint",
    "ImprintMark",
    "Inspection",
    "ModelActivation",
    "Notice",
    "Outage",
    "PauseRow",
    "Petition",
    "Petitioner",
    "PolicyVersion",
    "Proposal",
    "RatingRow",
    "Recusal",
    "SiteVisit",
    "Supervision",
    "TimerRow",
]
