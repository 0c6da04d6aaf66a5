"""Screens on walls (大屏): a code that opens the district's sums for reading, for good, and nothing else at all.

A screen is nobody: it has no account, no role and no key, so that whoever stands before it, or takes its cookie, can do
nothing and sees no case. What it shows is what everybody is shown who sees all cases, without what leads to them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets

from sqlalchemy import select

import clock
from domain.actions import Actor, Role
from domain.administration import COMMAND_LINE, Act
from domain.errors import DomainError, Incomplete, Missing, NotFound
from models.dashboard import DashboardView
from models.walls import WallScreen
from services import dashboard as showing
from services import maps
from services.administration import record, require_administrator
from services.context import Context
from services.transactions import reading, transaction

EYES = Actor(Role.LEADER, name="大屏")
"""As whom sums are asked for: whoever sees all cases is shown the same."""
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_LENGTH = 20
_CODE = re.compile(f"[{_LETTERS}]{{{_LENGTH}}}")
_LONGEST_NAME = 60
_NOTED_EVERY = dt.timedelta(minutes=10)


class CodeRefused(DomainError):
    """No screen has this code, or no longer."""

    code = "code-refused"
    message = "大屏码不对，或已停用"


def create(context: Context, name: str, actor: Actor = COMMAND_LINE) -> str:
    """A new screen; its code, which is kept nowhere else. Raises `Incomplete` for a name that cannot be."""
    require_administrator(actor)
    name = name.strip()
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    with transaction(context) as tx:
        taken = tx.session.scalar(select(WallScreen.id).where(WallScreen.name == name)) is not None
        if not name or len(name) > _LONGEST_NAME or not name.isprintable() or taken:
            fault = f"已有大屏“{name}”，请另起名" if taken else f"大屏的名称须有，最长{_LONGEST_NAME}个字"
            raise Incomplete([Missing("name", fault)])
        tx.session.add(WallScreen(name=name, digest=_digest(code), made_at=clock.now()))
        record(tx, actor, Act.OPEN_WALL, name)
    return "-".join(code[start : start + 5] for start in range(0, _LENGTH, 5))


def revoke(context: Context, name: str, actor: Actor = COMMAND_LINE) -> None:
    """The screen shows nothing from its next question on. Raises `NotFound`."""
    require_administrator(actor)
    with transaction(context) as tx:
        screen = tx.session.scalar(select(WallScreen).where(WallScreen.name == name).with_for_update())
        if screen is None:
            raise NotFound(f"大屏“{name}”")
        if screen.revoked_at is None:
            screen.revoked_at = clock.now()
            record(tx, actor, Act.STOP_WALL, name)


def screens(context: Context) -> list[WallScreen]:
    """Every screen there ever was, by name."""
    with reading(context) as session:
        found = list(session.scalars(select(WallScreen).order_by(WallScreen.name)))
        session.expunge_all()
    return found


def token_of(code: str) -> str:
    """The code as it is kept in a browser, however it was typed; empty where it can be none."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return plain if _CODE.fullmatch(plain) else ""


def screen_of(context: Context, token: str) -> str | None:
    """The name of the screen that holds this code; `None` where it is none, or no longer."""
    if not _CODE.fullmatch(token):
        return None
    now = clock.now()
    with reading(context) as session:
        screen = session.scalar(select(WallScreen).where(WallScreen.digest == _digest(token)))
        if screen is None or screen.revoked_at is not None:
            return None
        key, name, seen = screen.id, screen.name, screen.seen_at
    if seen is None or now - seen >= _NOTED_EVERY:
        with transaction(context) as tx:
            tx.session.get_one(WallScreen, key).seen_at = now
    return name


def shown(context: Context) -> tuple[DashboardView, maps.DistrictMap | None]:
    """What a wall shows: sums of the district, and the map of its towns. No case, no text, no petitioner."""
    return showing.dashboard(context, EYES), maps.district_map(context, EYES, maps.Wanted())


def _digest(code: str) -> str:
    """A plain hash will do: the code is 98 random bits."""
    return hashlib.sha256(code.encode()).hexdigest()
