"""What nobody has to think of: replies that lapse, what may be told no more, exposures the platform itself explains.

Where somebody's act makes a case untellable, that transaction takes back what was told of it. The rounds here find what
no single act did: another policy, an outage that is recorded weeks later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import clock
from domain.media import PublicationKind, Standing
from models.tables import Petition, Publication
from services.context import Context
from services.publication_retractions import correct_excused, take_back_untellable
from services.publications import lapse
from services.tellable import may_be_told
from services.transactions import Transaction, reading, transaction

logger = logging.getLogger(__name__)

_LIVING = [item.value for item in Standing if item not in {Standing.DECLINED, Standing.WITHDRAWN}]


def lapse_due(context: Context) -> int:
    """Let every right of reply lapse whose term is over; how many."""
    due = select(Publication.id).where(
        Publication.standing == Standing.ASKED.value, Publication.reply_due_at < clock.now()
    )
    with reading(context) as session:
        found = list(session.scalars(due.order_by(Publication.reply_due_at, Publication.id)))
    return _each(found, lambda key: lapse(context, key))


def take_back_all_untellable(context: Context) -> int:
    """Take back what is told or proposed of cases that are none for the media any more; of how many cases."""
    told = select(Publication.petition_id).where(Publication.standing.in_(_LIVING)).distinct()
    with reading(context) as session:
        # Looked at without holding anything: nearly always there is nothing to take back.
        cases = session.scalars(select(Petition).where(Petition.id.in_(told)).order_by(Petition.id))
        found = [petition.id for petition in cases if not may_be_told(context, session, petition)]
    return _each(found, lambda key: _with_case(context, key, take_back_untellable))


def correct_all_excused(context: Context) -> int:
    """Correct each exposure that the platform's own delays explain; of how many cases."""
    exposed = select(Publication.petition_id).where(
        Publication.kind == PublicationKind.EXPOSURE.value,
        Publication.standing == Standing.PUBLISHED.value,
        Publication.corrected_at.is_(None),
    )
    with reading(context) as session:
        found = sorted(set(session.scalars(exposed)))
    return _each(found, lambda key: _with_case(context, key, correct_excused))


def _with_case(context: Context, petition_id: str, work: Callable[[Transaction, Petition], bool]) -> bool:
    with transaction(context) as tx:
        return work(tx, tx.lock(petition_id))


def _each(keys: list[str], work: Callable[[str], bool]) -> int:
    """How many of them were done; each by itself: one that fails holds up no other."""
    done = 0
    for key in keys:
        try:
            done += work(key)
        except OperationalError:
            raise
        except Exception as failure:  # noqa: BLE001 - one must not hold up the others
            logger.error("What is told in public, %s: %s", key, type(failure).__name__)  # noqa: TRY400
    return done
