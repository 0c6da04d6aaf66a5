"""What takes back or corrects what was told in public, other than the decision of whoever published it."""

from __future__ import annotations

import clock
from domain.actions import PETITIONER, PLATFORM, Actor
from domain.media import Act, PublicationKind, Standing
from domain.stages import Trigger
from models.tables import MediaObjection, Petition, Publication
from services.context import Context
from services.identity import particulars_to_scrub
from services.ledger import move
from services.platform_delays import was_in_time
from services.publication_rows import LIVING, OPEN, correct_row, end_row, rows_of, scrub_by_rules, take_back_row
from services.tellable import why_untellable
from services.transactions import Transaction, transaction

UNTELLABLE = "该诉求不再适合公开"
IDENTIFIED = "文中发现可以识别诉求人的内容"
OBJECTED = "诉求人不同意公开"
EXCUSED = "经核查，逾期系平台原因，扣除后承办单位未逾期"


def retract_exposures(tx: Transaction, petition: Petition, actor: Actor, reason: str) -> None:
    """What the unit was exposed for turned out not to be its fault: corrected in public, or not published at all."""
    for row in rows_of(tx, petition, PublicationKind.EXPOSURE):
        if row.standing == Standing.PUBLISHED:
            correct_row(tx, petition, row, actor, reason)
        elif row.standing in OPEN:
            end_row(tx, petition, row, Act.DECLINE, actor, reason)


def object_to_publicity(context: Context, petition_id: str) -> None:
    """The petitioner wants nothing told of their case: it holds from now on, and for what was published."""
    with transaction(context) as tx:
        petition = tx.lock(petition_id)
        if tx.session.get(MediaObjection, petition_id) is None:
            tx.session.add(MediaObjection(petition_id=petition_id, at=clock.now()))
            move(tx, petition, Trigger.OBJECT_PUBLICITY, PETITIONER)
        for row in rows_of(tx, petition, PublicationKind.PROCESS, PublicationKind.PRAISE):
            take_back_row(tx, petition, row, PETITIONER, OBJECTED, OBJECTED)
        tx.session.flush()


def take_back_untellable(tx: Transaction, petition: Petition) -> bool:
    """Withdraw what is public of a case that is none for the media any more, decline what is proposed; whether any.

    It became confidential, somebody must stay out of it, a lead was handed over, or its words or category changed. Of a
    case that still is one, what names somebody who became a party since is withdrawn. The public is not told which:
    the reason itself would say what is protected. The trail keeps it.

    Raises KeysUnusable: what cannot be compared does not stay public unseen.
    """
    living = [row for row in rows_of(tx, petition, *PublicationKind) if row.standing in LIVING]
    if not living:
        return False
    why = why_untellable(tx.context, tx.session, petition)
    if why is None:
        known = particulars_to_scrub(tx, petition)
        # What is not public yet is scrubbed again when it is published.
        living = [row for row in living if row.standing == Standing.PUBLISHED and _names_somebody(tx, row, known)]
        why = IDENTIFIED
    for row in living:
        take_back_row(tx, petition, row, PLATFORM, UNTELLABLE, why)
    tx.session.flush()
    return bool(living)


def _names_somebody(tx: Transaction, row: Publication, known: list[str]) -> bool:
    return any(scrub_by_rules(tx, said, known).removed for said in (row.title, row.text, row.reply, row.correction))


def correct_excused(tx: Transaction, petition: Petition) -> bool:
    """Say beside an exposure that the platform's own delay was behind it, where that is known by now; whether it was.

    A case that was handed in, or still can be, by the date without the platform's share was never late.
    """
    exposed = [
        row
        for row in rows_of(tx, petition, PublicationKind.EXPOSURE)
        if row.standing == Standing.PUBLISHED and row.corrected_at is None
    ]
    if not exposed or not was_in_time(tx.session, petition, tx.policy_of(petition), tx.context.rules.calendar):
        return False
    for row in exposed:
        correct_row(tx, petition, row, PLATFORM, EXCUSED)
    return True
