"""Rules of signing in: how long a session lasts, when trying is stopped, and what a password must not be."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from domain.actions import Role
from domain.common_passwords import is_everybodys

ACCOUNT_ROLES = frozenset(Role) - {Role.PLATFORM, Role.PETITIONER, Role.CHANNEL}
"""Roles that people sign in with: petitioners have their query codes, channels their keys."""
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
"""Letters of a password (our own decision; GB/T 22239-2019 asks for complexity without a figure)."""
_LEAST_DIFFERENT = 5


@dataclass(frozen=True)
class SignInRules:
    """How long a session lives and how often somebody may fail.

    GB/T 22239-2019 asks for all of it and names no figure: these are our own, and settings.
    """

    idle: dt.timedelta = dt.timedelta(minutes=30)
    """A session nobody used for so long is over."""
    longest: dt.timedelta = dt.timedelta(hours=12)
    """No session outlives this, however busy."""
    failures_of_account: int = 5
    failures_of_address: int = 30
    """A whole office may sit behind one address."""
    locked: dt.timedelta = dt.timedelta(minutes=15)
    """For how long nobody may try after the last allowed failure; older failures are forgotten, too."""

    history: dt.timedelta = dt.timedelta(days=400)
    """For how long sign-ins stay on record (《网络安全法》第二十一条: six months at least)."""

    def is_over(self, began: dt.datetime, used: dt.datetime, now: dt.datetime) -> bool:
        """Whether a session that `began` then and was last `used` then is over."""
        return now >= began + self.longest or now >= used + self.idle


def fault_of_password(password: str, name: str) -> str | None:
    """Why nobody should have this password, as a Chinese reason; `None` when nothing speaks against it."""
    if len(password) < SHORTEST_PASSWORD:
        return f"密码至少{SHORTEST_PASSWORD}位"
    if len(password) > LONGEST_PASSWORD:
        return f"密码最多{LONGEST_PASSWORD}位"
    if len(set(password)) < _LEAST_DIFFERENT or password.isdigit():
        return "密码太容易猜：不要只用数字或反复用同样几个字符"
    if is_everybodys(password):
        return "密码太常见：只由常用的词、键盘上相邻的键、连号或年份组成，很快会被猜到；可用几个不相干的词"
    if name and name.lower() in password.lower():
        return "密码中不要含有账号名"
    return None
