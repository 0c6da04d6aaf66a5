"""What dispatch has learned and goes by: read once by each process, taken up whole when another is in force."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor
from domain.errors import NotFound
from domain.learned import Experience
from learning.errors import ModelFileError
from models.tables import DispatchModel, ModelActivation

logger = logging.getLogger(__name__)


class ModelBook:
    """Gives the experience in force. One that cannot be read is told once, and the one before it goes on serving."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: Experience | None = None
        self._unusable: str | None = None

    def active(self, session: Session) -> Experience | None:
        """The experience in force; `None`: dispatch goes by the keywords alone."""
        version = version_in_force(session)
        if version is None:
            return None
        asked = self._asked
        if asked is not None and asked.model.version == version:
            return asked
        with self._lock:
            known = self._asked is not None and self._asked.model.version == version
            if not known and version != self._unusable:
                try:
                    self._asked = experience_of(session, version)
                except ModelFileError as error:
                    self._unusable = version
                    # It holds words and weights, nobody's name.
                    logger.error("model %s: %s; what was read before goes on serving", version, error.message)  # noqa: TRY400
            return self._asked


def version_in_force(session: Session) -> str | None:
    """Of the last activation; `None`: keywords alone."""
    return session.scalar(select(ModelActivation.version).order_by(ModelActivation.id.desc()).limit(1))


def experience_of(session: Session, version: str) -> Experience:
    """A model that was kept. Raises `NotFound`, or `ModelFileError` when what is kept is damaged."""
    from learning.model_file import from_bytes  # noqa: PLC0415 - two seconds, for which no process without a model waits

    row = session.get(DispatchModel, version)
    if row is None or row.content is None:
        raise NotFound(f"学习结果“{version}”")
    model = from_bytes(row.content)
    if model.version != version:
        raise ModelFileError("内容与版本不符，请重新学习或换回以前的版本")
    return Experience(model, row.alone_at, row.practice)


def put_in_force(session: Session, version: str | None, actor: Actor) -> None:
    """Write down that dispatch goes by this model from now on; `None`: by the keywords alone."""
    session.add(ModelActivation(version=version, activated_at=clock.now(), activated_by=actor.name))
