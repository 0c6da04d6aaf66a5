"""What patterns are counted of: the courses of cases from their history, and replies from the accepted evidence.

Read row by row in the order of an index, so that a ledger of any size passes through a little memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from pendulum import DateTime
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.conduct_patterns import Course, Rated
from domain.facts import Satisfaction
from domain.likeness import letters_of
from domain.policy import Policy
from domain.replies import Replied, letters_of_reply
from domain.stages import Trigger
from learning.views import plain, words_of
from models.tables import Completion, HistoryRow, Petition
from services.figure_tables import GIVING

_LOOKED_AT = (*GIVING, Trigger.REQUEST_EXTENSION, Trigger.SUBMIT_COMPLETION, Trigger.RATE)
_BATCH = 1000
_LEAST_LETTERS = 2
"""Of a word that says something: single letters are mostly particles."""


def courses(session: Session, since: DateTime, until: DateTime) -> Iterator[Course]:
    """What happened from `since` up to `until` to each case to which something happened."""
    query = (
        select(
            Petition.case_number,
            HistoryRow.petition_id,
            HistoryRow.trigger,
            HistoryRow.at,
            HistoryRow.unit,
            HistoryRow.due_at,
            HistoryRow.actor_name,
            HistoryRow.details,
        )
        .join(Petition, Petition.id == HistoryRow.petition_id)
        .where(HistoryRow.trigger.in_(_LOOKED_AT), HistoryRow.at >= since, HistoryRow.at < until)
        .order_by(HistoryRow.petition_id, HistoryRow.version)
        .execution_options(yield_per=_BATCH)
    )
    for _, rows in groupby(session.execute(query), key=lambda row: row.petition_id):
        yield _course(list(rows))


def _course(rows: Sequence[Any]) -> Course:
    course = Course(rows[0].case_number)
    for row in rows:
        match Trigger(row.trigger):
            case Trigger.REQUEST_EXTENSION:
                course.extensions[row.unit] = course.extensions.get(row.unit, 0) + 1
            case Trigger.SUBMIT_COMPLETION:
                if row.due_at is not None:
                    course.submissions.append((row.unit, row.at, row.due_at))
            case Trigger.RATE:
                recorded = row.details.get("given_by") == "follow_up"
                verdict = Satisfaction(row.details["satisfaction"])
                course.rated.append(Rated(row.unit, verdict, row.actor_name if recorded else None))
            case Trigger.CORRECT_DISPATCH:
                # Whom a wrong press chose never had the case to pass on.
                course.leads[-1:] = [row.unit]
            case _:
                course.leads.append(row.unit)
    return course


def accepted(session: Session, since: DateTime, until: DateTime) -> Iterator[tuple[Petition, Completion]]:
    """The completion of each case that was accepted last within the period."""
    query = (
        select(Petition, Completion)
        .join(Completion, Completion.petition_id == Petition.id)
        .where(Completion.outcome == "approved", Completion.decided_at >= since, Completion.decided_at < until)
        .order_by(Completion.petition_id, Completion.id)
        .execution_options(yield_per=_BATCH)
    )
    for _, rows in groupby(session.execute(query), key=lambda row: row[0].id):
        *_, (petition, completion) = rows
        yield petition, completion


def replied(petition: Petition, completion: Completion, policy: Policy) -> Replied:
    """The reply of a case as it is compared."""
    rules, courtesies = policy.pattern_rules, policy.same_matter.courtesies if policy.same_matter else ()
    reply = str(completion.evidence.get("public_reply", ""))
    spoken = policy.dispatch.spoken_in(reply) if petition.category else ()
    return Replied(
        case=petition.case_number,
        unit=completion.unit,
        reply=letters_of_reply(reply, courtesies),
        request=letters_of(petition.text),
        reply_words=telling_words(reply, rules.silent, courtesies),
        request_words=telling_words(petition.text, rules.silent, courtesies),
        names_the_matter=any(item.rule.category == petition.category for item in spoken),
    )


def telling_words(text: str, silent: frozenset[str], courtesies: Sequence[str]) -> frozenset[str]:
    """The words of a text that say what it is about."""
    said = plain(text)
    for phrase in courtesies:
        said = said.replace(phrase, " ")
    return frozenset(
        word
        for word in words_of(said)
        if len(word) >= _LEAST_LETTERS and word not in silent and not any(letter.isdigit() for letter in word)
    )
