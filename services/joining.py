"""Before a petition is final its petitioner sees whether the matter is already in hand, and may follow it instead.

Whoever follows has a petition of their own, merged into the case (ADR 0009): with a query code, a timeline and a word
in the end, and without a second unit looking at the same lamp.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.actions import PETITIONER, PLATFORM
from domain.conduct import Urgency
from domain.policy import Policy
from models.answers import SimilarMatter
from models.shapes import Registration
from models.tables import Petition, Petitioner, Proposal
from services import intake, places
from services.context import Context
from services.imprints import matter_of, person_number, traits_for
from services.new_petitions import new_petition
from services.same_matter import find, is_open_to_all, may_be_told, told_of
from services.transactions import reading, transaction

_NUMBERLESS = ""


@dataclass(frozen=True)
class AlreadyReported:
    """A case that is probably the matter somebody is about to report.

    `mark` names it among the cases shown to this person and says nothing else; `matter` is what their own words speak
    of, empty where that is unclear.
    """

    mark: str
    matter: str
    told: SimilarMatter


def already_reported(context: Context, registration: Registration) -> list[AlreadyReported]:
    """The cases going on that this registration is probably about, the likeliest first; nothing is written.

    Nobody is asked who reports danger, confides something or reports somebody's doings, and nothing of the kind is
    told. Raises `BadCoordinate` as `intake.register` does.
    """
    with reading(context) as session:
        policy = context.rules.active(session)
        rules, petition = policy.same_matter, _as_it_would_be(policy, registration)
        if rules is None or not rules.tell_petitioner or not _may_be_asked(policy, petition):
            return []
        left = registration.petitioner
        person = person_number(context.person_key(), left.contact_kind, left.contact)
        found = find(session, policy, traits_for(policy, rules, petition, person), but="")
        told = [item for item in found if may_be_told(policy, rules, item)][: rules.most_proposals]
        matter = matter_of(policy, petition.text, petition.category).name
        return [
            AlreadyReported(
                _mark_of(context, item.main.id), matter, told_of(context, session, item.main, rules.tell_petitioner)
            )
            for item in told
        ]


def register_and_follow(context: Context, registration: Registration, mark: str) -> Petition:
    """Register what its petitioner says is the case with this `mark`, and let it go on as part of that case.

    Where that case has ended meanwhile, or is none that was shown, the petition is handled by itself.
    """
    with transaction(context) as tx:
        petition = intake.register(context, registration, PETITIONER)
        if petition.merged_into_id is None:
            main_id = _shown_as(context, tx.session, petition.id, mark)
            if main_id is not None:
                intake.merge(
                    context, petition.id, main_id, PLATFORM, "诉求人确认与正在办理的一件为同一事项，并入该件办理"
                )
        return petition


def _shown_as(context: Context, session: Session, petition_id: str, mark: str) -> str | None:
    """The case with this mark, if it was found again as this petition came in."""
    query = select(Proposal.same_as_id).where(Proposal.petition_id == petition_id, Proposal.public.is_(True))
    marks = {_mark_of(context, main_id): main_id for main_id in session.scalars(query)}
    return marks.get(mark)


def _as_it_would_be(policy: Policy, registration: Registration) -> Petition:
    """The petition that registering it would make. It belongs to no session and is never kept."""
    given = places.given_by(registration)
    position = given.position if given else None
    petition = new_petition(
        policy,
        _NUMBERLESS,
        request_type=registration.request_type.value,
        category=registration.category,
        text=registration.text,
        place=registration.place,
        longitude=position.longitude if position else None,
        latitude=position.latitude if position else None,
    )
    person = registration.petitioner
    petition.petitioner = Petitioner(confidential=person.confidential)
    return petition


def _may_be_asked(policy: Policy, petition: Petition) -> bool:
    urgent = petition.urgency == Urgency.EMERGENCY.value
    return not urgent and is_open_to_all(policy, petition)


def _mark_of(context: Context, main_id: str) -> str:
    """The number of another's case is not this person's to know."""
    return hmac.new(context.person_key(), f"same matter {main_id}".encode(), hashlib.sha256).hexdigest()[:32]
