"""What those who watch over the district are shown, for the description of the interface."""

from __future__ import annotations

from typing import Any

from api.bulletin_examples import BULLETINS
from api.figure_examples import FIGURES
from api.finding_examples import FINDINGS
from api.list_examples import LISTS
from api.media_examples import MEDIA

WATCHING: dict[str, dict[str, Any]] = {**FIGURES, **LISTS, **FINDINGS, **BULLETINS, **MEDIA}
"""By the name of the answer's shape."""
