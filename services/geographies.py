"""The geography in force: its versions, whoever put them in force, and the one that this process asks."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor
from domain.errors import NotFound
from gateways.geography import DamagedGeography, GeographyData, MemoryGeography, unpacked
from models.tables import GeographyActivation, GeographyVersion

logger = logging.getLogger(__name__)

NONE_IN_FORCE = "none"
"""What to roll back to so that coordinates are kept and located by nothing."""


class GeographyBook:
    """Gives the geography in force, read once and taken up whole as soon as another one is in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: MemoryGeography | None = None
        self._damaged: int | None = None
        """The activation whose geography could not be read; it is not tried again."""

    def active(self, session: Session) -> MemoryGeography | None:
        """The geography in force; `None` where there is none.

        One that cannot be read is logged once, and the one before it goes on serving.
        """
        last = _last_activation(session)
        if last is None or last.version is None:
            return None
        if not self._has(last.version):
            with self._lock:
                if not self._has(last.version) and last.id != self._damaged:
                    self._read(session, last.id, last.version)
        return self._asked

    def _has(self, version: str) -> bool:
        return self._asked is not None and self._asked.version == version

    def _read(self, session: Session, activation: int, version: str) -> None:
        try:
            self._asked = MemoryGeography(data_of(session, version))
        except DamagedGeography as error:
            self._damaged = activation
            logger.error("%s; what was read before goes on serving", error)  # noqa: TRY400


def _last_activation(session: Session) -> GeographyActivation | None:
    return session.scalar(select(GeographyActivation).order_by(GeographyActivation.id.desc()).limit(1))


def version_in_force(session: Session) -> str | None:
    """Of the last activation."""
    last = _last_activation(session)
    return last.version if last is not None else None


def data_of(session: Session, version: str) -> GeographyData:
    """A geography that was kept. Raises `NotFound` or `DamagedGeography`."""
    content = session.scalar(select(GeographyVersion.content).where(GeographyVersion.version == version))
    if content is None:
        raise NotFound(f"地理数据版本“{version}”")
    return unpacked(content, version)


def put_in_force(session: Session, data: GeographyData, actor: Actor) -> bool:
    """Keep `data` and locate by it from now on; False when it was in force already. Damaged content is put right."""
    content = data.packed()
    unpacked(content, data.version)  # what cannot be read again is not put in force
    kept = session.get(GeographyVersion, data.version)
    if kept is not None and kept.content == content and version_in_force(session) == data.version:
        return False
    if kept is None:
        kept = GeographyVersion(version=data.version)
        session.add(kept)
    kept.title, kept.source, kept.counted, kept.content = data.title, data.source, data.counted(), content
    session.flush()
    activated(session, data.version, actor)
    return True


def activated(session: Session, version: str | None, actor: Actor) -> None:
    """Write down that `version` is in force from now on."""
    session.add(GeographyActivation(version=version, activated_at=clock.now(), activated_by=actor.name))
