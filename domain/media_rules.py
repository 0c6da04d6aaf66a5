"""Which media may follow cases, which cases not, and how long a unit has to reply before it is exposed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outlet:
    """A medium that may follow cases (媒体)."""

    code: str
    name: str


@dataclass(frozen=True)
class MediaRules:
    """Who may follow and what not; `reply_days` are the working days a unit has before it may be exposed."""

    outlets: tuple[Outlet, ...] = ()
    untracked_categories: tuple[str, ...] = ()
    untracked_words: tuple[str, ...] = ()
    reply_days: int = 0
    sources: dict[str, str] = field(default_factory=dict)

    def outlet_name(self, code: str | None) -> str:
        """The outlet's name; its code when the policy does not know it (any more)."""
        return next((item.name for item in self.outlets if item.code == code), code or "—")

    def knows(self, code: str | None) -> bool:
        return any(item.code == code for item in self.outlets)
