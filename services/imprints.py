"""What is kept of each petition so that others about the same matter find it, in the transaction that registers it."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, func, insert, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

import clock
from domain.policy import Policy
from domain.same_matter import Matter, SameMatterRules, Traits, marks, traits_of
from domain.stages import OPEN_STAGES
from models.tables import Imprint, ImprintMark, Petition, Petitioner
from services.context import Context

_OPEN = sorted(stage.value for stage in OPEN_STAGES)
MOST_OF_A_MARK = 40
"""Imprints that are looked at for one mark, the latest first: however many say the same, a look costs the same."""
MOST_CANDIDATES = 24
"""Imprints that are compared, those with the most marks in common first."""
_COUNTRY_CODE = re.compile(r"^(\+|00)86")


def person_number(key: bytes, contact_kind: str | None, contact: str | None) -> int | None:
    """A number that stands for whoever can be reached there; `None` for whoever left nothing.

    A name alone is nobody: many have the same. Without `key` nothing can be learned from the number.
    """
    if not contact or not contact_kind:
        return None
    plain = _COUNTRY_CODE.sub("", re.sub(r"[\s-]", "", contact.lower()))
    digest = hmac.digest(key, f"{contact_kind}:{plain}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:8]) >> 1


def known_person(key: bytes, person: Petitioner | None) -> int | None:
    """The number that is kept of whoever reported; of a row that is not sealed yet, what it would be."""
    if person is None:
        return None
    if person.person is not None:
        return person.person
    return person_number(key, person.contact_kind, person.plain_contact)


def matter_of(policy: Policy, text: str, category: str | None = None) -> Matter:
    """The matter that most of the policy's words in the text speak for, within `category` where that is known."""
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for spoken in policy.dispatch.spoken_in(text):
        rule = spoken.rule
        if rule.sub_category is not None and category in (None, rule.category):
            weights[rule.category, rule.sub_category] += rule.weight * spoken.factor
    best = max(weights, key=lambda matter: (round(weights[matter], 6), matter), default=None)
    if best is None or weights[best] < policy.dispatch.threshold:
        return Matter(category)
    return Matter(best[0], best[1], policy.sub_category_name(best[1]))


def traits_for(policy: Policy, rules: SameMatterRules, petition: Petition, person: int | None) -> Traits:
    """What is compared of a petition that comes in."""
    return _traits(rules, petition, person, matter_of(policy, petition.text, petition.category))


def traits_kept(policy: Policy, rules: SameMatterRules, petition: Petition, imprint: Imprint) -> Traits:
    """What is compared of a petition that was kept; its matter is not found out again."""
    name = policy.sub_category_name(imprint.sub_category) if imprint.sub_category else ""
    return _traits(rules, petition, imprint.person, Matter(imprint.category, imprint.sub_category, name))


def _traits(rules: SameMatterRules, petition: Petition, person: int | None, matter: Matter) -> Traits:
    longitude, latitude = petition.longitude, petition.latitude
    return traits_of(
        rules,
        petition.text,
        place=petition.place,
        point=(longitude, latitude) if longitude is not None and latitude is not None else None,
        matter=matter,
        person=person,
        at=petition.registered_at,
    )


def keep_imprint(session: Session, petition: Petition, traits: Traits, rules: SameMatterRules) -> None:
    """Let others find the petition from now on; what was kept of it before is forgotten."""
    forget_imprint(session, petition.id)
    row = Imprint(
        petition_id=petition.id,
        registered_at=petition.registered_at,
        person=traits.person,
        category=traits.matter.category,
        sub_category=traits.matter.sub_category,
        marks=sorted(marks(traits, rules)),
    )
    session.add(row)
    session.flush()
    if row.marks:
        session.execute(insert(ImprintMark), [{"mark": mark, "imprint_id": row.id} for mark in row.marks])


def candidates(
    session: Session, asked: Collection[int], since: dt.datetime, but: str
) -> list[tuple[Petition, Imprint]]:
    """The petitions with the most marks in common, the latest of each mark; none registered before `since`, nor `but`.

    Each mark is a look into one index that ends after `MOST_OF_A_MARK` rows, so that the size of the ledger and of a
    crowd that says the same do not matter.
    """
    if not asked:
        return []
    query, numbers = _most_in_common(len(asked)), sorted(asked)
    found = session.execute(query, {f"mark_{place}": mark for place, mark in enumerate(numbers)}).scalars().all()
    loaded = (
        select(Petition, Imprint)
        .join(Imprint, Imprint.petition_id == Petition.id)
        .where(Imprint.id.in_(found), Imprint.registered_at >= since, Petition.id != but)
        .options(joinedload(Petition.petitioner))
        .order_by(Imprint.id.desc())
    )
    return [(petition, imprint) for petition, imprint in session.execute(loaded)]


@lru_cache(maxsize=64)
def _most_in_common(number: int) -> Select[tuple[int]]:
    """The query for so many marks; made once, because making it costs more than running it."""
    looks = []
    for place in range(number):
        of_one = select(ImprintMark.imprint_id.label("id")).where(ImprintMark.mark == bindparam(f"mark_{place}"))
        latest = of_one.order_by(ImprintMark.imprint_id.desc()).limit(MOST_OF_A_MARK).subquery()
        looks.append(select(latest.c.id))
    every = union_all(*looks).subquery()
    by_common = (func.count().desc(), every.c.id.desc())
    return select(every.c.id).group_by(every.c.id).order_by(*by_common).limit(MOST_CANDIDATES)


def index_petitions(context: Context, progress: Callable[[int], None], batch: int = 200) -> int:
    """Keep an imprint of every petition that should have one and has none, `batch` in a transaction; how many.

    `progress` is told after each batch how many were done. May be stopped and begun again.
    """
    done = 0
    while True:
        with context.sessions.begin() as session:
            policy = context.rules.active(session)
            rules = policy.same_matter
            if rules is None:
                return done
            query = select(Petition).where(_wanting(rules)).options(joinedload(Petition.petitioner))
            some = session.scalars(query.order_by(Petition.registered_at, Petition.id).limit(batch)).all()
            for petition in some:
                person = known_person(context.person_key(), petition.petitioner)
                keep_imprint(session, petition, traits_for(policy, rules, petition, person), rules)
        done += len(some)
        progress(len(some))
        if len(some) < batch:
            return done


def count_wanting(context: Context) -> int:
    """How many petitions `index_petitions` would take in."""
    with context.readers() as session:
        rules = context.rules.active(session).same_matter
        if rules is None:
            return 0
        return session.scalar(select(func.count()).select_from(Petition).where(_wanting(rules))) or 0


def _wanting(rules: SameMatterRules) -> ColumnElement[bool]:
    missing = ~exists().where(Imprint.petition_id == Petition.id)
    return missing & or_(Petition.stage.in_(_OPEN), Petition.registered_at >= _oldest(rules))


def forget_imprints(context: Context, batch: int = 500) -> int:
    """Forget what is kept of petitions that are over and no longer compared, `batch` in a transaction; how many."""
    forgotten = 0
    while True:
        with context.sessions.begin() as session:
            rules = context.rules.active(session).same_matter
            if rules is None:
                return forgotten
            over = select(Imprint).join(Petition, Petition.id == Imprint.petition_id)
            over = over.where(Imprint.registered_at < _oldest(rules), Petition.stage.not_in(_OPEN))
            some = session.scalars(over.limit(batch)).all()
            _take_out(session, some)
        forgotten += len(some)
        if len(some) < batch:
            return forgotten


def forget_imprint(session: Session, petition_id: str) -> None:
    """Let nobody find this petition any more."""
    _take_out(session, session.scalars(select(Imprint).where(Imprint.petition_id == petition_id)).all())


def _oldest(rules: SameMatterRules) -> dt.datetime:
    return clock.now() - dt.timedelta(days=rules.kept_days)


def _take_out(session: Session, imprints: Sequence[Imprint]) -> None:
    for imprint in imprints:
        session.execute(
            delete(ImprintMark).where(ImprintMark.mark.in_(imprint.marks), ImprintMark.imprint_id == imprint.id)
        )
        session.delete(imprint)
    session.flush()
