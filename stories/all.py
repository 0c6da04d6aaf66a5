"""Every story that can be told, by its name."""

from __future__ import annotations

from stories.cases import ACCUSED_UNIT, GUANGJI_ROAD, SILENT_UNIT
from stories.press import FOLLOWED_LAMPS
from stories.telling import Story

STORIES: dict[str, Story] = {story.name: story for story in (GUANGJI_ROAD, SILENT_UNIT, ACCUSED_UNIT, FOLLOWED_LAMPS)}
