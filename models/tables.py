"""Every table in one import, for migrations and for creating the schema."""

from models.accounts import Account, ProviderVisit, SavedFilter, SignInEvent, SignInFailure, WebSession
from models.administration import AdministrationAct, PolicyChange, PolicyFile
from models.attachment import Attachment
from models.audit import AuditAnchor, IdentityRead, LegalHold
from models.base import Base
from models.counted import CountedCase
from models.inspection import Inspection, SiteVisit
from models.learned import DispatchModel, ModelActivation
from models.media import MediaObjection, Publication, PublicationStep, Tracking
from models.oversight import Bulletin, BulletinStep, Finding, FindingStep
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
from models.reviews import DutyChange, ReviewAttendee, ReviewItem, ReviewMeeting
from models.same_matter import HotTopic, Imprint, ImprintMark, Proposal
from models.visits import Visit, VisitAttempt
from models.walls import WallScreen

__all__ = [
    "Account",
    "AdministrationAct",
    "ApiKey",
    "Assignment",
    "Attachment",
    "AuditAnchor",
    "Base",
    "Bulletin",
    "BulletinStep",
    "Completion",
    "CountedCase",
    "Counter",
    "DecisionRequest",
    "DispatchModel",
    "DutyChange",
    "ExtensionRow",
    "FigureReport",
    "Finding",
    "FindingStep",
    "GeographyActivation",
    "GeographyVersion",
    "Heartbeat",
    "HistoryRow",
    "HotTopic",
    "IdempotentReply",
    "IdentityRead",
    "Imprint",
    "ImprintMark",
    "Inspection",
    "LegalHold",
    "MediaObjection",
    "ModelActivation",
    "Notice",
    "Outage",
    "PauseRow",
    "Petition",
    "Petitioner",
    "PolicyChange",
    "PolicyFile",
    "PolicyVersion",
    "Proposal",
    "ProviderVisit",
    "Publication",
    "PublicationStep",
    "RatingRow",
    "Recusal",
    "ReviewAttendee",
    "ReviewItem",
    "ReviewMeeting",
    "SavedFilter",
    "SignInEvent",
    "SignInFailure",
    "SiteVisit",
    "Supervision",
    "TimerRow",
    "Tracking",
    "Visit",
    "VisitAttempt",
    "WallScreen",
    "WebSession",
]
