"""Whether anything may be told of a case in public, and which outlets follow it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import RuleRefusal
from domain.media import Sensitivity, Tracked, require_trackable
from domain.recusal import StatedBy
from domain.stages import Trigger
from domain.supervision import SECRET_DISPOSITIONS
from models.tables import Petition, Petitioner, Recusal, Tracking
from services.context import Context


def may_be_told(context: Context, session: Session, petition: Petition) -> bool:
    """Whether the case is one that may be told in public."""
    return why_untellable(context, session, petition) is None


def why_untellable(context: Context, session: Session, petition: Petition) -> str | None:
    """Why nothing may be told of the case in public; None where it may. For `GRANTING` alone."""
    try:
        require_case(context, session, petition)
    except RuleRefusal as refusal:
        return str(refusal)
    return None


def require_case(context: Context, session: Session, petition: Petition) -> None:
    """Raises RuleRefusal, by its name, where the media may not follow the case."""
    query = select(Petition.id).where((Petition.id == petition.id) | (Petition.merged_into_id == petition.id))
    whole = list(session.scalars(query))
    confidential = select(Petitioner.petition_id).where(
        Petitioner.petition_id.in_(whole), Petitioner.confidential.is_(True)
    )
    about = select(Recusal.id).where(
        Recusal.petition_id.in_(whole), Recusal.lifted_at.is_(None), Recusal.stated_by != StatedBy.OWN.value
    )
    file = petition.supervision
    texts = session.scalars(select(Petition.text).where(Petition.id.in_(whole)))
    require_trackable(
        Sensitivity(
            category=petition.category,
            text="\n".join(texts),
            confidential=session.scalar(confidential.limit(1)) is not None,
            about_somebody=session.scalar(about.limit(1)) is not None,
            handed_over=file is not None and file.disposition in SECRET_DISPOSITIONS,
        ),
        context.rules.active(session).media,
    )


def tracking_row(session: Session, petition: Petition, outlet: str) -> Tracking | None:
    """How this outlet stands to the case; None where it never asked."""
    return session.scalar(select(Tracking).where(Tracking.petition_id == petition.id, Tracking.outlet == outlet))


def followed(session: Session, petition: Petition, outlet: str | None) -> bool:
    """Whether this outlet follows the case now."""
    row = tracking_row(session, petition, outlet) if outlet is not None else None
    return row is not None and row.standing == Tracked.FOLLOWING


def outlets_to_tell(context: Context, session: Session, petition: Petition, trigger: Trigger) -> list[str]:
    """The outlets that follow the case and may be told of this step.

    Of a case that is none for the media any more they learn that what was published is withdrawn, and nothing else.
    """
    query = select(Tracking.outlet).where(
        Tracking.petition_id == petition.id, Tracking.standing == Tracked.FOLLOWING.value
    )
    found = list(session.scalars(query.order_by(Tracking.outlet)))
    if not found or trigger is Trigger.UNPUBLISH or may_be_told(context, session, petition):
        return found
    return []
