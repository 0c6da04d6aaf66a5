"""What many report: found on a schedule, kept with its history, shown to whoever looks after the district."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.errors import NotFound
from domain.hot_topics import Reported, hot_topics, said_by_most
from domain.policy import Policy
from domain.same_matter import SameMatterRules
from domain.stages import WORKING_STAGES, Stage
from models.answers import Named
from models.duplicates import HotTopicCase, HotTopicCases, HotTopicCount, HotTopics, HotTopicView
from models.tables import HotTopic, Imprint, Petition
from services.access import hidden_cases, require_role, seen_by
from services.context import Context
from services.imprints import traits_kept
from services.transactions import reading
from services.views import stage_named

KEPT = dt.timedelta(days=366)
"""How long the history of topics is kept, so that a season can be held against that of last year (our own decision)."""
_BATCH = 1000
LOOKING_AFTER = (
    Role.DESK,
    Role.INSPECTOR,
    Role.PARTY_INSPECTOR,
    Role.OPERATOR,
    Role.REVIEWER,
    Role.LEADER,
)
"""Who is shown what is hot: whoever looks after the district, not those who see single cases only."""


def find_hot_topics(context: Context) -> list[HotTopic]:
    """Look at what came in lately and keep what is hot now; what was found, the largest first.

    Reads while others write: one transaction reads, another one writes what was found.
    """
    now = clock.now()
    with context.readers() as session:
        policy = context.rules.active(session)
        rules = policy.same_matter
        if rules is None:
            return []
        found = hot_topics(_reported(session, policy, rules, now), now, rules)
    rows = [
        HotTopic(
            topic=topic.id,
            seen_at=now,
            name=topic.name,
            category=topic.matter.category,
            sub_category=topic.matter.sub_category,
            town=topic.town,
            recent=topic.recent,
            usual=topic.usual,
            cases=list(topic.cases),
            current=True,
        )
        for topic in found
    ]
    with context.sessions.begin() as session:
        # Of earlier looks the numbers are kept: what a topic was made of is read of the last one.
        session.execute(delete(HotTopic).where(HotTopic.seen_at < now - KEPT))
        session.execute(update(HotTopic).where(HotTopic.current).values(current=False, cases=[]))
        session.add_all(rows)
        session.flush()
        session.expunge_all()
    return rows


def _reported(session: Session, policy: Policy, rules: SameMatterRules, now: dt.datetime) -> Iterator[Reported]:
    since = now - dt.timedelta(days=rules.hot.recent_days + rules.hot.past_days)
    after = 0
    while True:
        query = select(Imprint, Petition).join(Petition, Petition.id == Imprint.petition_id)
        query = query.where(Imprint.registered_at > since, Imprint.id > after).order_by(Imprint.id).limit(_BATCH)
        rows = session.execute(query).all()
        for imprint, petition in rows:
            traits = traits_kept(policy, rules, petition, imprint)
            yield Reported(petition.id, petition.case_number, traits, petition.town)
        if len(rows) < _BATCH:
            return
        after = rows[-1][0].id
        session.expunge_all()


def current_topics(context: Context, actor: Actor) -> HotTopics:
    """The topics of the last look, each with its history. Raises `NotPermitted` for those who see single cases only."""
    require_role(actor, *LOOKING_AFTER)
    with reading(context) as session:
        policy = context.rules.active(session)
        days = policy.same_matter.hot.recent_days if policy.same_matter else 0
        query = select(HotTopic).where(HotTopic.current).order_by(HotTopic.recent.desc(), HotTopic.topic)
        rows = session.scalars(query).all()
        past = select(HotTopic).where(HotTopic.topic.in_([row.topic for row in rows])).order_by(HotTopic.seen_at)
        history: dict[str, list[HotTopicCount]] = defaultdict(list)
        for row in session.scalars(past):
            history[row.topic].append(HotTopicCount(seen_at=row.seen_at, recent=row.recent, usual=row.usual))
        hidden = set(session.scalars(hidden_cases(actor)))
        return HotTopics(
            seen_at=rows[0].seen_at if rows else None,
            recent_days=days,
            topics=[_view(row, policy, history[row.topic], hidden) for row in rows],
        )


_OPENING = 60


def cases_of_topic(context: Context, actor: Actor, topic: str) -> HotTopicCases:
    """One topic of the last look in which it was hot, case by case, as far as `actor` may see them.

    Raises:
        NotPermitted: for those who see single cases only.
        NotFound: nothing of the kind was ever hot, or it was so long ago.
    """
    require_role(actor, *LOOKING_AFTER)
    with reading(context) as session:
        policy = context.rules.active(session)
        query = select(HotTopic).where(HotTopic.topic == topic).order_by(HotTopic.seen_at)
        # PostgreSQL answers an unprintable value with an error of its own.
        rows = session.scalars(query).all() if topic.isprintable() else []
        if not rows:
            raise NotFound("这个热点")
        last, days = rows[-1], policy.same_matter.hot.recent_days if policy.same_matter else 0
        history = [HotTopicCount(seen_at=row.seen_at, recent=row.recent, usual=row.usual) for row in rows]
        among = select(Petition).where(Petition.case_number.in_(last.cases), seen_by(actor))
        found = session.scalars(among.order_by(Petition.registered_at.desc(), Petition.case_number.desc())).all()
        since = last.seen_at.subtract(days=days)
        courtesies = policy.same_matter.courtesies if policy.same_matter else ()
        return HotTopicCases(
            topic=_view(last, policy, history, set(session.scalars(hidden_cases(actor)))),
            seen_at=last.seen_at,
            current=last.current,
            recent_days=days,
            said=said_by_most([petition.text for petition in found], courtesies, last.name),
            cases=[_case(petition, policy, recent=petition.registered_at > since) for petition in found],
        )


def _case(petition: Petition, policy: Policy, *, recent: bool) -> HotTopicCase:
    def named(code: str | None) -> Named | None:
        return Named(code=code, name=policy.unit_name(code)) if code else None

    late = petition.due_at is not None and petition.due_at < clock.now() and not petition.due_met
    return HotTopicCase(
        id=petition.id,
        case_number=petition.case_number,
        registered_at=petition.registered_at,
        opening=petition.text[:_OPENING] + ("…" if len(petition.text) > _OPENING else ""),
        place=petition.place,
        stage=stage_named(petition.stage),
        unit=named(petition.unit),
        town=named(petition.town),
        overdue=late and Stage(petition.stage) in WORKING_STAGES,
        recent=recent,
    )


def _view(row: HotTopic, policy: Policy, history: list[HotTopicCount], hidden: Collection[str]) -> HotTopicView:
    category, sub = row.category, row.sub_category
    return HotTopicView(
        topic=row.topic,
        name=row.name,
        category=Named(code=category, name=policy.category_name(category)) if category else None,
        sub_category=Named(code=sub, name=policy.sub_category_name(sub)) if sub else None,
        town=Named(code=row.town, name=policy.unit_name(row.town)) if row.town else None,
        recent=row.recent,
        usual=row.usual,
        cases=[str(number) for number in row.cases if number not in hidden],
        history=history,
    )
