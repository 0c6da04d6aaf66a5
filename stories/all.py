"""Every story that can be told, by its name."""

from __future__ import annotations

from stories import cases
from stories.press import FOLLOWED_LAMPS
from stories.telling import Story

STORIES: dict[str, Story] = cases.STORIES | {FOLLOWED_LAMPS.name: FOLLOWED_LAMPS}
