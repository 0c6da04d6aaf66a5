"""What the desk weighs when it says whose a petition is: candidates, the duty list, and how closed cases ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.duties import list_says
from domain.likeness import resemblance
from domain.petition import SATISFACTION_LABELS, Satisfaction
from domain.policy import Policy
from domain.same_matter import SameMatterRules, traits_of
from domain.stages import Stage, Trigger
from models.answers import Named
from models.desk import Choice, PastCase, Weighed
from models.tables import Completion, HistoryRow, Imprint, Petition
from services.access import not_recused, petition_for, require_role, seen_by
from services.context import Context
from services.imprints import candidates
from services.transactions import reading

MOST_PAST = 5
"""Closed cases that are shown beside a petition (our own decision: more is not read)."""
_LATEST = 20
"""Of a sub-category, how many closed cases are looked at, the latest first."""
_ALIKE = 0.15
"""Below it two texts have no more in common than any two complaints; as `domain.same_matter` has it."""
_SAME_MATTER, _SAME_TOWN = 0.3, 0.1
"""What one sub-category and one town weigh beside the resemblance of the texts, 0 to 1 (our own decision)."""
_REPLY = 80


def weighed(context: Context, actor: Actor, petition_ids: Collection[str]) -> dict[str, Weighed]:
    """What the engine said of those of these petitions that wait for the desk to dispatch them, by id.

    Empty for everybody else: whom the engine wavered between is for whoever has to choose.
    """
    if actor.role is not Role.DESK or not petition_ids:
        return {}
    with reading(context) as session:
        policy = context.rules.active(session)
        rows = session.execute(_referrals(actor, petition_ids)).all()
        return {petition.id: _weighed(policy, petition, reason, details) for petition, reason, details in rows}


def _referrals(actor: Actor, petition_ids: Collection[str]) -> Select[tuple[Petition, str, dict[str, Any]]]:
    """Each petition with the latest time it was given to the desk."""
    referred = HistoryRow.trigger == Trigger.REFER_TO_DESK.value
    latest = (
        select(HistoryRow.petition_id, func.max(HistoryRow.version).label("version"))
        .where(HistoryRow.petition_id.in_(sorted(petition_ids)), referred)
        .group_by(HistoryRow.petition_id)
        .subquery()
    )
    at = and_(HistoryRow.petition_id == latest.c.petition_id, HistoryRow.version == latest.c.version)
    query = select(Petition, HistoryRow.reason, HistoryRow.details).join(
        HistoryRow, HistoryRow.petition_id == Petition.id
    )
    return query.join(latest, at).where(Petition.stage == Stage.ACCEPTED.value, not_recused(actor))


def _weighed(policy: Policy, petition: Petition, reason: str, details: dict[str, Any]) -> Weighed:
    day = petition.registered_at.in_timezone(clock.SHANGHAI).date()
    found = [_choice(policy, day, item) for item in details.get("candidates", [])]
    return Weighed(explanation=reason, choices=found)


def _choice(policy: Policy, day: dt.date, item: dict[str, Any]) -> Choice:
    unit, category, sub_category = item["unit"], item.get("category"), item.get("sub_category")
    says = list_says(policy, unit, sub_category, day) if sub_category else None
    return Choice(
        unit=Named(code=unit, name=policy.unit_name(unit)),
        category=category,
        sub_category=sub_category,
        matter=_matter(policy, category, sub_category),
        confidence=item.get("confidence"),
        reasons=[str(each) for each in item.get("reasons", [])],
        duty=says.told if says else "",
        borne_out=says.bears_out if says else False,
    )


def _matter(policy: Policy, category: str | None, sub_category: str | None) -> str:
    if sub_category:
        return policy.sub_category_name(sub_category)
    return policy.category_name(category) if category else ""


def similar_closed(context: Context, petition_id: str, actor: Actor) -> list[PastCase]:
    """Closed cases that tell whose such a matter is, the likest first; only those that `actor` may see.

    While it has no sub-category of its own, those that the engine wavered between stand for it.

    Raises:
        NotFound: no such petition, or not one this caller may see.
        NotPermitted: this is for the desk.
    """
    require_role(actor, Role.DESK)
    wavered = weighed(context, actor, [petition_id])
    with reading(context) as session:
        petition, policy = petition_for(session, petition_id, actor), context.rules.active(session)
        between = {choice.sub_category for item in wavered.values() for choice in item.choices if choice.sub_category}
        about = {petition.sub_category} if petition.sub_category else between
        rules = policy.same_matter
        found = {row.id: row for row in _of_the_same_matter(session, actor, petition, about)}
        if rules is not None:
            found |= {row.id: row for row in _in_like_words(session, actor, petition, rules)}
        ranked = sorted(
            ((_likeness(petition, row, about, rules, policy), row) for row in found.values()),
            key=lambda item: (-item[0][0], -(item[1].closed_at or item[1].registered_at).timestamp(), item[1].id),
        )
        chosen = [(row, like) for (score, like), row in ranked if score >= _ALIKE][:MOST_PAST]
        replies = _replies(session, [row.id for row, _ in chosen])
        return [_past(policy, row, like, replies.get(row.id, "")) for row, like in chosen]


def _of_the_same_matter(
    session: Session, actor: Actor, petition: Petition, about: Collection[str]
) -> Sequence[Petition]:
    if not about:
        return ()
    query = select(Petition).where(
        Petition.sub_category.in_(sorted(about)),
        Petition.closed_at.is_not(None),
        Petition.stage == Stage.ARCHIVED.value,
        Petition.id != petition.id,
        seen_by(actor),
    )
    return session.scalars(query.order_by(Petition.closed_at.desc(), Petition.id).limit(_LATEST)).all()


def _in_like_words(session: Session, actor: Actor, petition: Petition, rules: SameMatterRules) -> Sequence[Petition]:
    """By the numbers that are kept of it to find the same matter: one look into an index, whatever the ledger holds."""
    marks = session.scalar(select(Imprint.marks).where(Imprint.petition_id == petition.id))
    if not marks:
        return ()
    since = clock.now() - dt.timedelta(days=rules.kept_days)
    near = [row.id for row, _ in candidates(session, marks, since, petition.id) if row.stage == Stage.ARCHIVED.value]
    return session.scalars(select(Petition).where(Petition.id.in_(near), seen_by(actor))).all() if near else ()


def _likeness(
    petition: Petition, other: Petition, about: Collection[str], rules: SameMatterRules | None, policy: Policy
) -> tuple[float, list[str]]:
    """How like the two are, and in what."""
    score, like = 0.0, []
    if other.sub_category and other.sub_category in about:
        score += _SAME_MATTER
        like.append(f"同属“{policy.sub_category_name(other.sub_category)}”")
    alike = resemblance(traits_of(rules, petition.text).grams, traits_of(rules, other.text).grams) if rules else 0.0
    if alike >= _ALIKE:
        like.append(f"文字相似{alike:.0%}")
    score += alike
    if like and petition.town and petition.town == other.town:
        score += _SAME_TOWN
        like.append(f"同在{policy.unit_name(petition.town)}")
    return score, like


def _replies(session: Session, petition_ids: Sequence[str]) -> dict[str, str]:
    query = select(Completion.petition_id, Completion.evidence).where(
        Completion.petition_id.in_(petition_ids), Completion.outcome == "approved"
    )
    return {key: str(said.get("public_reply", "")) for key, said in session.execute(query.order_by(Completion.id))}


def _past(policy: Policy, row: Petition, like: list[str], reply: str) -> PastCase:
    def named(code: str | None) -> Named | None:
        return Named(code=code, name=policy.unit_name(code)) if code else None

    return PastCase(
        id=row.id,
        case_number=row.case_number,
        unit=named(row.unit),
        matter=_matter(policy, row.category, row.sub_category),
        town=named(row.town),
        closed_at=row.closed_at,
        satisfaction=SATISFACTION_LABELS[Satisfaction(row.satisfaction)] if row.satisfaction else "",
        returns=row.returns,
        transfers=row.transfers,
        redos=row.redos,
        reply=reply[:_REPLY] + ("…" if len(reply) > _REPLY else ""),
        like=like,
    )
