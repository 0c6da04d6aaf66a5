"""Filters of the queue that an account keeps by names of its own; nobody else sees them."""

from __future__ import annotations

from sqlalchemy import delete, func, select

import clock
from domain.errors import Incomplete, Missing, RuleRefusal
from domain.queue_filter import QueueFilter
from models.accounts import Account, SavedFilter
from services.context import Context
from services.transactions import reading, transaction

MOST = 20
"""Of one account (our own decision: more than fit above a queue nobody finds again)."""
NAME_LETTERS = 30


def filters_of(context: Context, account_id: int) -> list[tuple[str, str]]:
    """Each name with its query, in the order they were first kept."""
    query = select(SavedFilter.name, SavedFilter.query).where(SavedFilter.account_id == account_id)
    with reading(context) as session:
        rows = session.execute(query.order_by(SavedFilter.saved_at, SavedFilter.name)).tuples().all()
        return list(rows)


def save_filter(context: Context, account_id: int, name: str, chosen: QueueFilter) -> None:
    """Keep `chosen` under `name`; one of that name that is there already becomes this one.

    Raises:
        Incomplete: no name, too long a one, or nothing chosen.
        RuleRefusal: `too-many-filters`.
    """
    name = name.strip()
    problems = []
    if not 1 <= len(name) <= NAME_LETTERS or not name.isprintable():
        problems.append(Missing("name", f"名称须为1至{NAME_LETTERS}字，不含换行"))
    if not chosen:
        problems.append(Missing("name", "没有选任何条件，无须保存"))
    if problems:
        raise Incomplete(problems)
    with transaction(context) as tx:
        tx.session.get_one(Account, account_id, with_for_update=True)  # two tabs that save at once save one
        known = tx.session.get(SavedFilter, (account_id, name))
        if known is not None:
            known.query = chosen.query
            return
        of_mine = select(func.count()).select_from(SavedFilter).where(SavedFilter.account_id == account_id)
        if (tx.session.scalar(of_mine) or 0) >= MOST:
            raise RuleRefusal("too-many-filters", f"最多保存{MOST}个，请先删去不用的", field="name")
        row = SavedFilter(account_id=account_id, name=name, query=chosen.query, saved_at=clock.now())
        tx.session.add(row)


def forget_filter(context: Context, account_id: int, name: str) -> None:
    """Keep it no longer; one that is not there is forgotten already."""
    with transaction(context) as tx:
        mine = (SavedFilter.account_id == account_id, SavedFilter.name == name)
        tx.session.execute(delete(SavedFilter).where(*mine))
