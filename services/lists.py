"""The four lists, live: what is reported, who has to do it, how far it is, what came of it; until it is struck off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, selectinload

import clock
from domain.actions import Actor, Role
from domain.lists import (
    LIST_GROUPING_LABELS,
    LIST_LABELS,
    LISTED_LABELS,
    Listed,
    ListGrouping,
    ListName,
    striking_rule,
)
from domain.policy import Policy
from models.answers import Named
from models.list_answers import (
    AnyList,
    ListGroup,
    ListItem,
    ListSummary,
    ListTotals,
    ProblemList,
    ProgressList,
    ResponsibilityList,
    ResultList,
)
from models.tables import HotTopic, Petition
from services.access import ALL_SEEING, require_role, seen_by
from services.context import Context
from services.list_items import ITEMS, Particulars, particulars_of
from services.list_rows import Wanted, check_wanted, conditions, listed_as
from services.transactions import reading
from services.views import lens_of

MAX_PAGE = 200
_EXPORT_PAGE = 500
_PAGES: dict[ListName, type[AnyList]] = {
    ListName.PROBLEMS: ProblemList,
    ListName.RESPONSIBILITIES: ResponsibilityList,
    ListName.PROGRESS: ProgressList,
    ListName.RESULTS: ResultList,
}
EVERY = Wanted()


@dataclass(frozen=True)
class Row:
    """A case with all that the lists say of it."""

    petition: Petition
    particulars: Particulars
    items: dict[ListName, ListItem]


def page_of(
    context: Context, actor: Actor, name: ListName, wanted: Wanted = EVERY, *, after: str | None = None, limit: int = 50
) -> AnyList:
    """One list, oldest case first, from the case after `after` on. Units see their own cases.

    Raises:
        Incomplete: a filter that cannot be meant, named by its field.
        NotPermitted: not for this role.
    """
    _require_reader(actor)
    with reading(context) as session:
        policy = context.rules.active(session)
        check_wanted(wanted, policy)
        topics = _topics(session)
        rows = list(_rows(context, session, actor, wanted, topics, after, limit + 1, (name,)))
        page = {
            "name": Named(code=name.value, name=LIST_LABELS[name]),
            "as_of": clock.now(),
            "rule": striking_rule(policy.list_rules),
            "totals": _totals(_counted(session, actor, wanted, policy, topics)),
            "next": rows[limit - 1].petition.case_number if len(rows) > limit else None,
            "items": [row.items[name] for row in rows[:limit]],
        }
        return _PAGES[name].model_validate(page)


def every_row(context: Context, actor: Actor, wanted: Wanted = EVERY) -> Iterator[dict[ListName, ListItem]]:
    """Every case of all four lists, oldest first, read page by page. Raises as `page_of`."""
    _require_reader(actor)
    after: str | None = None
    while True:
        with reading(context) as session:
            check_wanted(wanted, context.rules.active(session))
            rows = list(_rows(context, session, actor, wanted, _topics(session), after, _EXPORT_PAGE, tuple(ListName)))
        yield from (row.items for row in rows)
        if len(rows) < _EXPORT_PAGE:
            return
        after = rows[-1].petition.case_number


def summary(context: Context, actor: Actor, by: ListGrouping, wanted: Wanted = EVERY) -> ListSummary:
    """How many items of each standing every unit, town, matter or topic has. Raises as `page_of`."""
    _require_reader(actor)
    with reading(context) as session:
        policy = context.rules.active(session)
        check_wanted(wanted, policy)
        topics = _topics(session)
        groups: dict[str | None, dict[Listed, int]] = defaultdict(lambda: defaultdict(int))
        if by is ListGrouping.TOPIC:
            for topic in topics:
                of_topic = _counted(session, actor, wanted, policy, topics, Petition.case_number.in_(topic.cases))
                groups[topic.topic] = of_topic
        else:
            column = getattr(Petition, by.value)
            for group, listed, items in session.execute(
                _counting(actor, wanted, policy, topics, column).group_by(column, "listed")
            ):
                groups[group][Listed(listed)] += items
        totals = _counted(session, actor, wanted, policy, topics)
    order = sorted(groups, key=lambda group: (-sum(groups[group].values()), group or ""))
    return ListSummary(
        by=Named(code=by.value, name=LIST_GROUPING_LABELS[by]),
        as_of=clock.now(),
        rule=striking_rule(policy.list_rules),
        totals=_totals(totals),
        groups=[
            ListGroup(
                group=Named(code=group or "", name=_group_name(by, group, policy, topics)),
                totals=_totals(groups[group]),
            )
            for group in order
            if any(groups[group].values())
        ],
    )


def items_of(context: Context, petition_id: str, actor: Actor) -> dict[ListName, ListItem]:
    """What the four lists say of one petition, however it ended; empty when `actor` may not see it."""
    everything = Wanted(listed=tuple(Listed))
    with reading(context) as session:
        rows = _rows(
            context, session, actor, everything, _topics(session), None, 1, tuple(ListName), Petition.id == petition_id
        )
        return next((row.items for row in rows), {})


def _require_reader(actor: Actor) -> None:
    require_role(actor, Role.UNIT, *ALL_SEEING)


def _topics(session: Session) -> Sequence[HotTopic]:
    query = select(HotTopic).where(HotTopic.current).order_by(HotTopic.recent.desc(), HotTopic.topic)
    return session.scalars(query).all()


def _asked(wanted: Wanted, topics: Sequence[HotTopic]) -> Sequence[Any]:
    return conditions(wanted, next((topic for topic in topics if topic.topic == wanted.topic), None))


def _rows(
    context: Context,
    session: Session,
    actor: Actor,
    wanted: Wanted,
    topics: Sequence[HotTopic],
    after: str | None,
    limit: int,
    names: Sequence[ListName],
    *more: Any,  # noqa: ANN401 - conditions
) -> Iterator[Row]:
    rules = context.rules.active(session).list_rules
    listed = listed_as(rules)
    query = (
        select(Petition)
        .where(seen_by(actor), *_asked(wanted, topics), *more)
        .where(listed.in_([item.value for item in wanted.listed]))
        .options(
            defer(Petition.text),
            selectinload(Petition.pauses),
            selectinload(Petition.extensions),
            selectinload(Petition.assignments),
            selectinload(Petition.supervision),
        )
        .order_by(Petition.case_number)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Petition.case_number > after)
    petitions = session.scalars(query).all()
    known = particulars_of(session, petitions, topics)
    for petition in petitions:
        lens, mine = lens_of(context, session, petition, actor), known[petition.id]
        yield Row(petition, mine, {name: ITEMS[name](petition, lens, mine, rules) for name in names})


def _counting(actor: Actor, wanted: Wanted, policy: Policy, topics: Sequence[HotTopic], *groups: Any) -> Any:  # noqa: ANN401 - SQL
    listed = listed_as(policy.list_rules)
    return (
        select(*groups, listed.label("listed"), func.count().label("items"))
        .where(seen_by(actor), *_asked(wanted, topics))
        .where(listed.in_([item.value for item in wanted.listed]))
        .group_by("listed")
    )


def _counted(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    policy: Policy,
    topics: Sequence[HotTopic],
    *more: Any,  # noqa: ANN401 - conditions
) -> dict[Listed, int]:
    query = _counting(actor, wanted, policy, topics).where(*more)
    return {Listed(listed): items for listed, items in session.execute(query)}


def _totals(counts: dict[Listed, int]) -> list[ListTotals]:
    return [
        ListTotals(listed=Named(code=listed.value, name=LISTED_LABELS[listed]), items=counts.get(listed, 0))
        for listed in Listed
    ]


def _group_name(by: ListGrouping, group: str | None, policy: Policy, topics: Sequence[HotTopic]) -> str:
    match by:
        case ListGrouping.CATEGORY:
            return policy.category_name(group)
        case ListGrouping.SUB_CATEGORY:
            return policy.sub_category_name(group) if group else "（未分小类）"
        case ListGrouping.TOPIC:
            return next((topic.name for topic in topics if topic.topic == group), group or "")
        case ListGrouping.TOWN:
            return policy.unit_name(group) if group else "（地点不明）"
    return policy.unit_name(group)
