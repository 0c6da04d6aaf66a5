"""The shape of `keys.yaml`: for how long API keys are good."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from models.identity_files import DaysKept
from models.policy_files import Shape


class KeysFile(Shape):
    """`keys.yaml`; see `domain.key_rules.KeyRules`."""

    lifetime: DaysKept
    warning: DaysKept

    @model_validator(mode="after")
    def _a_new_key_is_not_warned_of(self) -> Self:
        if self.warning.days >= self.lifetime.days:
            raise ValueError("提示的天数须少于有效的天数")
        return self
