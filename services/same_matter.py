"""Petitions about a matter that is already being handled: found on arrival, proposed to the desk, told with care."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

import clock
from domain.actions import PETITIONER, Actor, Role
from domain.conduct import RequestType
from domain.dispatch import needs_person
from domain.errors import NotFound
from domain.policy import Policy
from domain.same_matter import Likeness, SameMatterRules, Shown, Traits, asked_marks, compare, distance
from domain.stages import CLOSING_STAGES, FINAL_STAGES, OPEN_STAGES, TRANSITIONS, Stage, Trigger
from models.answers import Named, PetitionHead, SimilarMatter
from models.duplicates import Duplicate, DuplicatePage, MergeBody
from models.tables import Petition, Proposal
from services.access import not_recused, petition_for, require_not_recused, require_role
from services.context import Context
from services.facts import recused_units
from services.imprints import candidates, keep_imprint, known_person, traits_for, traits_kept
from services.labels import shown_due
from services.ledger import move
from services.parties import has_left
from services.transactions import Transaction, acting, reading
from services.views import head_of, lens_of, stage_named

GOING_ON = frozenset(OPEN_STAGES - CLOSING_STAGES)
"""A matter that is done and reported again is not the same matter: it happened again."""


@dataclass(frozen=True)
class Found:
    """An earlier petition about the same matter, and the case it is handled as."""

    petition: Petition
    main: Petition
    likeness: Likeness


def take_in(tx: Transaction, petition: Petition) -> Petition | None:
    """Look for the petition's matter among those going on, keep what was found, and let later ones find it.

    Returns the case that it repeats to the letter, where the policy merges such ones without asking.
    """
    policy = tx.policy_in_force()
    rules = policy.same_matter
    if rules is None:
        return None
    person = known_person(tx.context.person_key(), petition.petitioner)
    traits = traits_for(policy, rules, petition, person)
    found = find(tx.session, policy, traits, petition.id)
    keep_imprint(tx.session, petition, traits, rules)
    known = _known(tx.session, petition.id)
    tx.session.add_all(
        Proposal(
            petition_id=petition.id,
            same_as_id=item.main.id,
            score=item.likeness.score,
            reasons=list(item.likeness.reasons),
            public=may_be_told(policy, rules, item),
            rule_version=policy.version,
            found_at=clock.now(),
        )
        for item in found[: rules.most_proposals]
        if item.main.id not in known
    )
    tx.session.flush()
    if not rules.merge_exact_repeats:
        return None
    return next((item.main for item in found if _repeats(tx, policy, petition, item)), None)


def _known(session: Session, petition_id: str) -> set[str]:
    """The cases of which it is not to be asked again whether they are the same as this petition.

    A pair is one, whichever of the two is looked at: a case that is supplemented is not proposed to become part of
    what the desk has just taken out of it.
    """
    asked = select(Proposal.same_as_id).where(Proposal.petition_id == petition_id)
    standing = or_(Proposal.outcome.is_(None), Proposal.outcome == "dismissed")
    turned = select(Proposal.petition_id).where(Proposal.same_as_id == petition_id, standing)
    return {*session.scalars(asked), *session.scalars(turned)}


def find(session: Session, policy: Policy, traits: Traits, but: str) -> list[Found]:
    """Every matter going on that reaches the threshold, the likeliest first; `but` is the id of the one asking."""
    rules = policy.same_matter
    if rules is None:
        return []
    since = clock.now() - dt.timedelta(days=rules.window_days)
    near = candidates(session, asked_marks(traits, rules), since, but)
    mains = _mains(session, [petition for petition, _ in near])
    best: dict[str, Found] = {}
    for petition, imprint in near:
        main = mains.get(petition.merged_into_id or petition.id)
        if main is None or main.id == but:
            continue
        likeness = compare(traits, traits_kept(policy, rules, petition, imprint), rules)
        known = best.get(main.id)
        if likeness.score >= rules.threshold and (known is None or likeness.score > known.likeness.score):
            best[main.id] = Found(petition, main, likeness)
    return sorted(best.values(), key=lambda item: (-item.likeness.score, item.main.registered_at, item.main.id))


def _mains(session: Session, petitions: Sequence[Petition]) -> dict[str, Petition]:
    """The cases going on that these petitions are, or are part of, by their ids."""
    merged = {petition.merged_into_id for petition in petitions if petition.merged_into_id}
    query = select(Petition).where(Petition.id.in_(merged)).options(joinedload(Petition.petitioner))
    mains = [*petitions, *(session.scalars(query) if merged else ())]
    return {petition.id: petition for petition in mains if Stage(petition.stage) in GOING_ON}


def _repeats(tx: Transaction, policy: Policy, petition: Petition, item: Found) -> bool:
    """Whether it may be merged without asking. What is confided, or a person must look at, is left to the desk."""
    earlier = item.petition
    return (
        item.likeness.exact_repeat
        and petition.request_type == earlier.request_type
        and not petition.needs_desk
        and not any(_is_confided(policy, each) for each in (petition, earlier, item.main))
        and not has_left(tx.session, earlier.id)
    )


def _is_confided(policy: Policy, petition: Petition) -> bool:
    """Whether nobody else may learn of it: its petitioner asked so, or its words are for a person to judge."""
    person = petition.petitioner
    return (person is not None and person.confidential) or _holds(policy, petition)


def _holds(policy: Policy, petition: Petition) -> bool:
    return needs_person(petition.text, policy.dispatch, petition.place) is not None


def may_be_told(policy: Policy, rules: SameMatterRules, item: Found) -> bool:
    """Whether a petitioner may be told of it: only what is not known by the person alone, and is open to all."""
    return item.likeness.impersonal >= rules.threshold and all(
        is_open_to_all(policy, each) for each in (item.petition, item.main)
    )


def is_open_to_all(policy: Policy, petition: Petition) -> bool:
    """Whether others may learn that there is such a petition.

    Never a report of somebody's doings: whom it concerns could find out by registering the like.
    """
    return not _is_confided(policy, petition) and petition.request_type != RequestType.REPORT.value


def settle_proposals(tx: Transaction, petition: Petition, into_id: str, actor: Actor) -> None:
    """The petition was merged: what was proposed for it is decided, what was proposed to become part of it moves on."""
    for proposal in tx.session.scalars(
        select(Proposal).where(Proposal.petition_id == petition.id, Proposal.outcome.is_(None))
    ):
        proposal.outcome = "merged" if proposal.same_as_id == into_id else "overtaken"
        proposal.decided_at, proposal.decided_by = clock.now(), actor.name


def dismiss(
    context: Context, petition_id: str, actor: Actor, *, other_id: str, reason: str, version: int | None = None
) -> Petition:
    """The desk says that a proposed petition is another matter; it is not proposed again.

    Raises:
        NotFound: nothing of the kind is proposed.
    """
    with acting(context, petition_id, actor, Trigger.NOTE, version) as (tx, petition):
        require_role(actor, Role.DESK)
        of_both = (Proposal.petition_id == petition_id, Proposal.same_as_id == other_id, Proposal.outcome.is_(None))
        proposal = tx.session.scalar(select(Proposal).where(*of_both))
        if proposal is None:
            raise NotFound("该疑似重复的提示")
        other = tx.session.get_one(Petition, other_id)
        require_not_recused(tx.session, other, actor)
        proposal.outcome, proposal.decided_at, proposal.decided_by = "dismissed", clock.now(), actor.name
        said = f"与{other.case_number}不是同一事项：{reason}"
        move(tx, petition, Trigger.NOTE, actor, reason=said, public=False, details={"not_same_as": other.case_number})
        return petition


def duplicates_of(context: Context, petition_id: str, actor: Actor) -> DuplicatePage:
    """What is proposed for one petition, the likeliest first. Raises `NotFound` as `queries.head` does."""
    require_role(actor, Role.DESK)
    with reading(context) as session:
        petition_for(session, petition_id, actor)
        query = open_pairs(actor).where(Proposal.petition_id == petition_id)
        rows = session.execute(query.order_by(Proposal.score.desc(), Proposal.id)).all()
        return DuplicatePage(items=[pair_of(context, session, actor, *row) for row in rows], next=None)


def duplicates(context: Context, actor: Actor, *, limit: int = 50, after: int = 0) -> DuplicatePage:
    """Every probable duplicate that waits for the desk, oldest first; `after` is the `next` of the page before."""
    require_role(actor, Role.DESK)
    with reading(context) as session:
        query = open_pairs(actor).where(Proposal.id > after).order_by(Proposal.id).limit(limit + 1)
        rows = session.execute(query).all()
        more = rows[limit - 1][0].id if len(rows) > limit else None
        return DuplicatePage(items=[pair_of(context, session, actor, *row) for row in rows[:limit]], next=more)


def open_pairs(actor: Actor) -> Select[tuple[Proposal, Petition, Petition]]:
    """Every proposal that is to be decided, with the petition and the case it is probably part of."""
    main = aliased(Petition)
    pairs = (
        select(Proposal, Petition, main)
        .join(Petition, Petition.id == Proposal.petition_id)
        .join(main, main.id == Proposal.same_as_id)
        .where(
            Proposal.outcome.is_(None),
            Petition.stage.in_(sorted(TRANSITIONS[Trigger.MERGE].sources)),
            main.stage.in_(sorted(GOING_ON)),
        )
    )
    return pairs.where(not_recused(actor), not_recused(actor, main))


def pair_of(
    context: Context, session: Session, actor: Actor, proposal: Proposal, petition: Petition, main: Petition
) -> Duplicate:
    """The two as they stand side by side."""
    reasons = [str(reason) for reason in proposal.reasons]
    return Duplicate(
        petition=PetitionHead(**head_of(petition, lens_of(context, session, petition, actor))),
        text=petition.text,
        place=petition.place,
        same_as=PetitionHead(**head_of(main, lens_of(context, session, main, actor))),
        same_as_text=main.text,
        same_as_place=main.place,
        metres=_apart(petition, main),
        score=proposal.score,
        reasons=reasons,
        found_at=proposal.found_at,
        merge=MergeBody(into=main.id, reason=f"疑似同一事项：{'；'.join(reasons)}"),
    )


def _apart(one: Petition, other: Petition) -> int | None:
    """Metres between the two, where both have a place on the map."""
    points = [(row.longitude, row.latitude) for row in (one, other)]
    known = [(longitude, latitude) for longitude, latitude in points if longitude is not None and latitude is not None]
    return round(distance(*known)) if len(known) == len(points) else None


def similar_matters(context: Context, session: Session, petition: Petition) -> list[SimilarMatter]:
    """What the petitioner is told of the same matter reported by others: how far it is, never who and never what."""
    rules = context.rules.active(session).same_matter
    if rules is None or not rules.tell_petitioner or Stage(petition.stage) in FINAL_STAGES:
        return []
    told = set(rules.tell_petitioner)
    query = open_pairs(PETITIONER).where(Proposal.petition_id == petition.id, Proposal.public.is_(True))
    rows = session.execute(query.order_by(Proposal.score.desc(), Proposal.id)).all()
    mains = [main for _, _, main in rows if not recused_units(main)]
    # What is about a unit is told to nobody: they could be of it.
    return [] if recused_units(petition) else [told_of(context, session, main, told) for main in mains]


def told_of(context: Context, session: Session, main: Petition, told: Collection[Shown]) -> SimilarMatter:
    """What a petitioner is `told` of a case that others reported."""
    policy = context.rules.of(session, main.policy_version, naming=main.unit)
    unit = Named(code=main.unit, name=policy.unit_name(main.unit)) if main.unit else None
    return SimilarMatter(
        number=main.case_number if Shown.CASE_NUMBER in told else None,
        stage=stage_named(main.stage) if Shown.STAGE in told else None,
        unit=unit if Shown.UNIT in told else None,
        due_at=shown_due(main) if Shown.DUE in told else None,
    )


def overtake_proposals(context: Context) -> int:
    """Close what was proposed for petitions that are over; how many."""
    over: ColumnElement[bool] = Petition.stage.in_(sorted(FINAL_STAGES))
    with context.sessions.begin() as session:
        query = (
            select(Proposal).join(Petition, Petition.id == Proposal.petition_id).where(Proposal.outcome.is_(None), over)
        )
        some = session.scalars(query.limit(5000)).all()
        for proposal in some:
            proposal.outcome, proposal.decided_at = "overtaken", clock.now()
        return len(some)
